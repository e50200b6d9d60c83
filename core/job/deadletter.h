// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

namespace holdline {

/// A failure that an operator may want to repair: a callback that could not be matched to a job or stored, or
/// a handed-over job that failed. Dead letters stay in the store, up to a limit of number and bytes, until an
/// operator redrives (processes again) or discards them.
struct DeadLetter
{
    enum class Kind : std::uint8_t { Callback, Job };

    QByteArray id;  ///< 32 lower-case hex digits, unguessable
    Kind kind = Kind::Callback;
    WallTime at{};
    Reason reason = Reason::InternalError;  ///< CallbackUnknown, …Mismatched, …Malformed,
                                            ///< StoreUnavailable, or the outcome of the job
    QByteArray job;                         ///< Holdline's id of the job; empty when unknown
    QByteArray account;                     ///< empty when unknown
    QByteArray peer;                        ///< address of the sender of the request or callback
    QByteArray detail;                      ///< what went wrong, for people
    QByteArray token;                       ///< last path segment of a callback; a secret; at most 64 bytes
    QByteArray contentType;                 ///< media type of `body`
    QByteArray body;         ///< body of the callback or of the job's request, cut to the limit
    bool cut = false;        ///< true when `body` is not complete
    std::int64_t bytes = 0;  ///< size of the complete body
    int redriven = 0;        ///< number of redrives that failed
    // Target, method and header fields of the job's request or of the callback. Null in dead letters that an
    // earlier version has stored: these came by POST to /start, or to the callback URL with the token.
    QByteArray target;
    QByteArray method;  ///< null for POST
    std::vector<std::pair<QByteArray, QByteArray>> headers;

    friend bool operator==(const DeadLetter &, const DeadLetter &) = default;
};

/// "callback", "job".
inline QLatin1StringView name(DeadLetter::Kind kind)
{
    using namespace Qt::StringLiterals;
    return kind == DeadLetter::Kind::Job ? "job"_L1 : "callback"_L1;
}

}  // namespace holdline
