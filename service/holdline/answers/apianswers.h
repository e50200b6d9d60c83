// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"
#include "core/job/problem.h"
#include "service/http/message.h"

#include <optional>

namespace holdline {

// Responses of the jobs API, made from records. `links` is put before the paths in links: see linkBaseOf().
// All functions are pure.

/// Returns the job's state. With `status` 200 the state includes the journal. With 202 it does not: then the
/// client requested the result. Has Retry-After while the job runs.
http::Response statusAnswer(const JobRecord &record, const QByteArray &links = {}, int status = 200);

/// Returns the recorded answer byte for byte, with its own status. While the job runs, returns 202 with the
/// job's state.
http::Response resultAnswer(const JobRecord &record, const QByteArray &links = {});

/// Puts `links` before a Location that is a path. A Location from the upstream is a whole URL and stays as it
/// is.
http::Response withLinkBase(http::Response response, const QByteArray &links);

/// Returns 304 for a client that already has this revision.
http::Response notModified(const JobRecord &record);
/// True when If-None-Match names this revision (RFC 9110, 13.1.2).
bool hasRevision(const http::Request &request, const JobRecord &record);

http::Response jsonAnswer(int status, QByteArray body);

/// Returns the problem for a job that cannot be shown: not_found or expired.
Problem missing(const std::optional<JobRecord> &record);
/// Returns the problem for a job that has ended and cannot be cancelled.
Problem alreadyEnded(const JobRecord &record);

/// Return the parts of an event stream (WHATWG HTML, 9.2): its head, an event `state`, and a comment that
/// keeps the connection open.
http::Response streamHead();
QByteArray stateEvent(const JobRecord &record, const QByteArray &links = {});
QByteArray heartbeat();
/// Returns the revision in the Last-Event-ID field. Empty when the field is missing or invalid.
std::optional<std::uint64_t> lastEventId(const http::Request &request);

}  // namespace holdline
