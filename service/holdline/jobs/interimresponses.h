// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/httpvalues/prefer.h"
#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "service/http/message.h"

namespace holdline {

// Answers to clients whose durable job goes on without them. All pure.

/// 202 with how the job stands: `Location`, `Retry-After`, `Preference-Applied`.
http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference);
/// The problem of a client that is not waited with any longer, with the job's address.
http::Response goesOnResponse(const Job &job, Reason reason);

/// Why a client whose time is up has no answer yet.
Reason awaitedReason(const JobStatus &status);
/// The value of `Preference-Applied`; null where the client does not want a 202.
QByteArray appliedPreference(const Preferences &preferences);

}  // namespace holdline
