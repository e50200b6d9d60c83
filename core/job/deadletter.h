// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

namespace holdline {

/// Something that came to nothing and that somebody may still want: a callback that could not be matched or
/// stored, or a handed-over job that failed. Kept, bounded in number and bytes, until an operator drives it
/// again or throws it away.
struct DeadLetter
{
    enum class Kind : std::uint8_t { Callback, Job };

    QByteArray id;  ///< 32 lower-case hex digits, unguessable
    Kind kind = Kind::Callback;
    WallTime at{};
    Reason reason = Reason::InternalError;  ///< why: CallbackUnknown, …Mismatched, …Malformed,
                                            ///< StoreUnavailable; a job's outcome
    QByteArray job;                         ///< our id where known
    QByteArray account;                     ///< where known
    QByteArray peer;                        ///< who sent it
    QByteArray detail;                      ///< for people
    QByteArray token;  ///< of a callback: what its address ended in, a secret, at most 64 bytes
    QByteArray contentType;
    QByteArray body;         ///< of the callback, or of the job's request; cut to the limit
    bool cut = false;        ///< the body was longer
    std::int64_t bytes = 0;  ///< of the whole body
    int redriven = 0;        ///< times it was driven again, without success

    friend bool operator==(const DeadLetter &, const DeadLetter &) = default;
};

inline QLatin1StringView name(DeadLetter::Kind kind)
{
    using namespace Qt::StringLiterals;
    return kind == DeadLetter::Kind::Job ? "job"_L1 : "callback"_L1;
}

}  // namespace holdline
