// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

namespace holdline {

/// A failure that an operator may want to repair: a callback that could not be matched or stored, or a
/// handed-over job that failed. The store keeps it, within limits of number and bytes, until an operator
/// redrives or discards it.
struct DeadLetter
{
    enum class Kind : std::uint8_t { Callback, Job };

    QByteArray id;  ///< 32 lower-case hex digits, unguessable
    Kind kind = Kind::Callback;
    WallTime at{};
    Reason reason = Reason::InternalError;  ///< CallbackUnknown, …Mismatched, …Malformed,
                                            ///< StoreUnavailable, or the outcome of the job
    QByteArray job;                         ///< our id of the job, if known
    QByteArray account;                     ///< if known
    QByteArray peer;                        ///< address of the sender
    QByteArray detail;                      ///< for people
    QByteArray token;                       ///< last path segment of a callback, a secret, at most 64 bytes
    QByteArray contentType;
    QByteArray body;         ///< body of the callback or of the job's request, cut to the limit
    bool cut = false;        ///< true when `body` is not complete
    std::int64_t bytes = 0;  ///< size of the complete body
    int redriven = 0;        ///< redrives that failed
    // Of a job's request, or of a callback that the upstream sent. Null in dead letters of earlier versions,
    // which came by POST to /start or to the token's address.
    QByteArray target;
    QByteArray method;  ///< null for POST
    std::vector<std::pair<QByteArray, QByteArray>> headers;

    friend bool operator==(const DeadLetter &, const DeadLetter &) = default;
};

inline QLatin1StringView name(DeadLetter::Kind kind)
{
    using namespace Qt::StringLiterals;
    return kind == DeadLetter::Kind::Job ? "job"_L1 : "callback"_L1;
}

}  // namespace holdline
