// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// The points of the order of writes at which the crash tests kill the process (kill -9 by itself).
/// HOLDLINE_CRASH_AT="start_sent:3" in the environment: at the third passing of that point. Built with
/// HOLDLINE_CRASH_POINTS only; otherwise, as in every release build, crashPoint() is nothing at all.
///
/// In order: "request_taken" (a keyed request has become a job, nothing is stored), "intent_stored" (durable,
/// its start is about to leave), "start_sent", "start_answered" (known, not stored), "callback_taken" (not
/// stored), "result_stored" (durable, nobody is told), "callback_answered", "client_answered".
#ifdef HOLDLINE_CRASH_POINTS
void crashPoint(const char *name);
#else
inline void crashPoint(const char *) {}
#endif

}  // namespace holdline
