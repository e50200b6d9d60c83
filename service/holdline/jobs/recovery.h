// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/apis/routetable.h"
#include "service/holdline/jobs/livejobs.h"

namespace holdline {

/// Restores a job from a record of an earlier process. Returns null, with a line in the log, when the
/// recorded job has ended, or when its token is invalid or belongs to a known job.
///
/// A running job waits for its callback. So does a job whose start request was interrupted. Such a start
/// request is repeated only with `retry.ambiguous = "always"`, or when its client allowed that. A queued job
/// goes back into its lane, or stays dormant until a client asks with its key again.
///
/// The function sets Job::deadline. The caller sets the timer for it, binds the key and enqueues the job.
/// When hasGrace() is true after the call, the caller stores the record.
LiveJob *restoreJob(const JobRecord &record, const Config &config, const RouteTable &routes, Jobs &jobs,
                    LiveJobs &live, TimePoint now);

/// Returns the parts of the start request of a stored job. `request.account` is empty when the start request
/// cannot be made again: the record has no client's request, `route` is null, or the route no longer accepts
/// the request.
PendingStart startOf(const JobRecord &record, const Route *route);

/// True when the deadline of a job lies beyond that of any new job, because its recovery moved it. A job gets
/// that once, so that it ends even when the service restarts again and again.
bool hasGrace(const Job &job, const Config &config);

}  // namespace holdline
