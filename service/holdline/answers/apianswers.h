// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"
#include "core/job/problem.h"
#include "service/http/message.h"

#include <optional>

namespace holdline {

// The answers of the jobs API, made from records. Links begin with `links`: see linkBaseOf(). All functions
// are pure.

/// The job's state with its journal and `status` 200, or without it and 202 when its result was requested.
/// Has Retry-After while the job runs.
http::Response statusAnswer(const JobRecord &record, const QByteArray &links = {}, int status = 200);

/// The recorded answer byte for byte, with its own status. 202 with the job's state while the job runs.
http::Response resultAnswer(const JobRecord &record, const QByteArray &links = {});

/// The response with `links` before a `Location` that is a path. A Location of the upstream is none.
http::Response withLinkBase(http::Response response, const QByteArray &links);

/// 304 for a client that has this revision.
http::Response notModified(const JobRecord &record);
bool hasRevision(const http::Request &request, const JobRecord &record);

http::Response jsonAnswer(int status, QByteArray body);

/// The problem for a job that cannot be shown: not_found or expired.
Problem missing(const std::optional<JobRecord> &record);
/// The problem for a job that cannot be cancelled.
Problem alreadyEnded(const JobRecord &record);

/// The head of an event stream and its pieces (WHATWG HTML, 9.2).
http::Response streamHead();
QByteArray stateEvent(const JobRecord &record, const QByteArray &links = {});
QByteArray heartbeat();
/// The revision in a Last-Event-ID field. Empty without a valid one.
std::optional<std::uint64_t> lastEventId(const http::Request &request);

}  // namespace holdline
