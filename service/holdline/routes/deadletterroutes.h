// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

class DeadLetterService;
class HttpServer;

/// Adds the routes of the admin listener for dead letters:
///
///   GET    /v1/dead-letters?kind=callback|job&limit=N   newest first, without bodies
///   POST   /v1/dead-letters/redrive?kind=callback|job   the oldest DeadLetterService::kMaxAtOnce of a kind
///   GET    /v1/dead-letters/{id}                        the whole dead letter without its token
///   DELETE /v1/dead-letters/{id}
///   POST   /v1/dead-letters/{id}/redrive
///
/// `deadLetters` must outlive the server.
void addDeadLetterRoutes(HttpServer &server, DeadLetterService &deadLetters);

}  // namespace holdline
