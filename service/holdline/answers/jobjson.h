// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

#include <QLatin1StringView>

#include <vector>

namespace holdline {

/// Returns the name of a job's state in the jobs API. An unfinished job is "queued", "starting" or "running".
/// "completed": the answer is the upstream's result, or the upstream's answer to the start request, passed
/// through. "cancelled": a client cancelled the job. "failed": all other cases; the outcome is the reason.
QLatin1StringView apiState(const JobStatus &status);

/// Writes a job as one line of JSON for the jobs API. The schema `Job` of /openapi.json describes it. Members
/// without a value are left out. The JSON contains neither the callback token nor the request. `links` is put
/// before the paths in links: see linkBaseOf(). The same revision gives the same bytes.
QByteArray jobJson(const JobRecord &record, const QByteArray &links = {});

/// Writes the same JSON with the members `journal` and `journal_omitted`.
QByteArray jobJsonWithJournal(const JobRecord &record, const QByteArray &links = {});

/// Writes `{"jobs":[…]}` without expired jobs.
QByteArray jobsJson(const std::vector<JobRecord> &records, const QByteArray &links = {});

/// Returns the value of `Server-Timing` in milliseconds: `queue;dur=12.000, …`. It is the same as in answers
/// to held requests (jobresponses.h), but computed from the recorded wall-clock times.
QByteArray serverTiming(const JobRecord &record);

/// Return the paths of a job in the jobs API.
QByteArray jobPath(const QByteArray &id);
QByteArray resultPath(const QByteArray &id);
QByteArray eventsPath(const QByteArray &id);

}  // namespace holdline
