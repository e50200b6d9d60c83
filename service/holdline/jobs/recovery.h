// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/jobs/livejobs.h"

namespace holdline {

/// Makes a job of a record from before the service was started. Null: the record cannot be recovered, because
/// it has ended, or because its token is no token or is taken; the log says so.
///
/// A running job waits for its callback. An interrupted start is waited for too, and is repeated only with
/// `retry.ambiguous = "always"`. A job that was queued goes back into its lane, or is dormant until its
/// client comes back. The job's deadline is set; the caller arms it, binds the key and enqueues the job.
LiveJob *restoreJob(const JobRecord &record, const Config &config, Jobs &jobs, LiveJobs &live, TimePoint now);

}  // namespace holdline
