// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Kills the process (SIGKILL) at a named point of the order of writes, for the crash tests. The
/// environment variable HOLDLINE_CRASH_AT="start_sent:3" names the point and which passing of it kills.
/// Only builds with HOLDLINE_CRASH_POINTS contain this; in a release crashPoint() does nothing.
///
/// The points, in order: "request_taken" (a keyed request has become a job, nothing is stored),
/// "intent_stored" (the record is durable, the start is about to leave), "start_sent", "start_answered"
/// (the answer is known, not stored), "callback_taken" (not stored), "result_stored" (durable, nobody has
/// an answer yet), "callback_answered", "client_answered".
#ifdef HOLDLINE_CRASH_POINTS
void crashPoint(const char *name);
#else
inline void crashPoint(const char *) {}
#endif

}  // namespace holdline
