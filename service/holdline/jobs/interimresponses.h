// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/httpvalues/prefer.h"
#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "service/http/message.h"

namespace holdline {

// Answers to clients whose durable job goes on without them. All functions are pure.

/// Returns 202 with the state of the job and the fields `Location`, `Retry-After` and `Preference-Applied`.
/// The links in the body begin with `links`; Waiters::answer() adds that prefix to the `Location`.
http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference,
                                  const QByteArray &links);
/// Returns the problem response for a client whose wait has ended. Its `Location` is the address of the job.
http::Response goesOnResponse(const Job &job, Reason reason);

/// Returns the reason why a job has no result at its client's deadline.
Reason awaitedReason(const JobStatus &status);
/// Returns the value of `Preference-Applied` (RFC 7240). Null when the client did not ask for 202.
QByteArray appliedPreference(const Preferences &preferences);

}  // namespace holdline
