// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"
#include "core/job/problem.h"
#include "service/http/message.h"

#include <optional>

namespace holdline {

// What the jobs API answers, from records alone. All pure.

/// How a job stands, with `status` 200, or 202 where its result was asked for. Retry-After while it goes on.
http::Response statusAnswer(const JobRecord &record, int status = 200);

/// The recorded answer byte for byte with its own status; while the job goes on 202 with how it stands.
http::Response resultAnswer(const JobRecord &record);

/// 304 for a client that has this revision already.
http::Response notModified(const JobRecord &record);
bool hasRevision(const http::Request &request, const JobRecord &record);

http::Response jsonAnswer(int status, QByteArray body);

/// Why there is nothing to show: not_found or expired.
Problem missing(const std::optional<JobRecord> &record);
/// Why there is nothing to cancel.
Problem alreadyEnded(const JobRecord &record);

/// The head of an event stream, and its pieces (WHATWG HTML, 9.2).
http::Response streamHead();
QByteArray stateEvent(const JobRecord &record);
QByteArray heartbeat();
/// The revision in a Last-Event-ID field; nothing when there is none, or none of ours.
std::optional<std::uint64_t> lastEventId(const http::Request &request);

}  // namespace holdline
