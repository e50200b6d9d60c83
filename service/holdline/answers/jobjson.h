// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

#include <QLatin1StringView>

#include <vector>

namespace holdline {

/// How a job's state is called by the jobs API: "queued", "starting", "running" while it goes on; "completed"
/// when its answer is the upstream's result, or what the upstream said to a start that was passed through;
/// "cancelled"; "failed" in all other cases, where the outcome says why.
QLatin1StringView apiState(const JobStatus &status);

/// A job as the jobs API shows it, on one line; the schema `Job` of /openapi.json describes it. Members that
/// would have no value are left out, and everything else is there at every time. Holds neither the token nor
/// the request. Same revision, same bytes.
QByteArray jobJson(const JobRecord &record);

/// `{"jobs":[…]}`, without those that have expired.
QByteArray jobsJson(const std::vector<JobRecord> &records);

/// `queue;dur=12.000, …` as held requests have it (answers.h), from the times of day that are kept.
QByteArray serverTiming(const JobRecord &record);

/// Paths of the jobs API.
QByteArray jobPath(const QByteArray &id);
QByteArray resultPath(const QByteArray &id);
QByteArray eventsPath(const QByteArray &id);

}  // namespace holdline
