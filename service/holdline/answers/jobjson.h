// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

#include <QLatin1StringView>

#include <vector>

namespace holdline {

/// The name of a job's state in the jobs API. An unfinished job is "queued", "starting" or "running".
/// "completed": the answer is the upstream's result, or its passed-through answer to the start.
/// "cancelled": a client cancelled the job. "failed": all other cases; the outcome tells why.
QLatin1StringView apiState(const JobStatus &status);

/// A job as one line of JSON for the jobs API. The schema `Job` of /openapi.json describes it. Members
/// without a value are left out. Contains neither the token nor the request. Links begin with `links`: see
/// linkBaseOf(). The same revision gives the same bytes.
QByteArray jobJson(const JobRecord &record, const QByteArray &links = {});

/// The same with the members `journal` and `journal_omitted`.
QByteArray jobJsonWithJournal(const JobRecord &record, const QByteArray &links = {});

/// `{"jobs":[…]}` without expired jobs.
QByteArray jobsJson(const std::vector<JobRecord> &records, const QByteArray &links = {});

/// The value of `Server-Timing`: `queue;dur=12.000, …`. It is the same as in answers to held requests
/// (jobresponses.h), computed from the recorded wall-clock times.
QByteArray serverTiming(const JobRecord &record);

/// The paths of the jobs API.
QByteArray jobPath(const QByteArray &id);
QByteArray resultPath(const QByteArray &id);
QByteArray eventsPath(const QByteArray &id);

}  // namespace holdline
