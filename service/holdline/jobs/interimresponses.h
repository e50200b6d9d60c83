// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/httpvalues/prefer.h"
#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "service/http/message.h"

namespace holdline {

// Answers to clients whose durable job goes on without them. All functions are pure.

/// 202 with the state of the job: `Location`, `Retry-After`, `Preference-Applied`. The links in the body
/// begin with `links`, the `Location` does not.
http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference,
                                  const QByteArray &links);
/// The problem for a client whose wait has ended, with the address of the job.
http::Response goesOnResponse(const Job &job, Reason reason);

/// The reason why a client has no answer at its deadline.
Reason awaitedReason(const JobStatus &status);
/// The value of `Preference-Applied`. Null when the client does not want a 202.
QByteArray appliedPreference(const Preferences &preferences);

}  // namespace holdline
