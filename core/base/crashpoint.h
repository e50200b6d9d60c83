// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Kills the process with SIGKILL if HOLDLINE_CRASH_AT names this point. The crash tests use it to stop the
/// service between two steps of a durable job. HOLDLINE_CRASH_AT="start_sent:3" kills at the third call of
/// crashPoint("start_sent"). Only builds with HOLDLINE_CRASH_POINTS contain the points. In a release build
/// crashPoint() does nothing. Thread: any.
///
/// The points, in the order in which a job reaches them:
/// - "request_taken": a request with an Idempotency-Key has become a job; the store has no record of the job.
/// - "intent_stored": the job's record is committed; the start request is sent next.
/// - "start_sent": the start request was given to the upstream client.
/// - "start_answered": the upstream has answered the start request; the answer is not stored yet.
/// - "callback_taken": a callback has arrived; it is not stored yet.
/// - "result_stored": the result is committed; neither the callback nor a client has been answered.
/// - "callback_answered": the callback's request has been answered.
/// - "client_answered": a waiting client has been answered.
#ifdef HOLDLINE_CRASH_POINTS
void crashPoint(const char *name);
#else
inline void crashPoint(const char *) {}
#endif

}  // namespace holdline
