// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/jobrecord.h"

#include <QString>

namespace holdline {

/// Whether a record keeps its request in the store: until it is settled for its start, afterwards where an
/// operator may want to repeat it.
inline bool keepsRequest(const JobRecord &record)
{
    return !record.isSettled() ||
           (record.status.handedOver && reasonInfo(record.status.outcome).has(EndTrait::LeavesDeadLetter));
}

/// About the room a record takes; of its request and its answer each byte.
inline std::int64_t weightOf(const JobRecord &record)
{
    constexpr std::int64_t kFixed = 256;
    std::int64_t bytes = kFixed + record.account.size() + record.key.size() + record.startTrouble.size();
    if (record.request) {
        bytes += record.request->target.size() + record.request->body.size();
        for (const auto &[name, value] : record.request->headers)
            bytes += name.size() + value.size();
    }
    if (record.answer)
        bytes += record.answer->contentType.size() + record.answer->body.size() +
                 record.answer->proxyStatus.size();
    return bytes;
}

/// What is left of a record whose result is older than it may be, `now` being when it became too old.
inline JobRecord tombstoneOf(const JobRecord &record, WallTime now)
{
    JobRecord left;
    left.id = record.id;
    left.account = record.account;
    left.status.state = JobState::Settled;
    left.settled = now;
    left.expired = true;
    return left;
}

/// What each kind of dead letters may take: half of all, so that a flood of one leaves the other alone.
struct DeadLetterShare
{
    int letters = 0;
    std::int64_t bytes = 0;
};
inline DeadLetterShare deadLetterShare(const Config::Store &limits)
{
    return {limits.deadLetters / 2 + limits.deadLetters % 2,
            limits.deadLetterBytes / 2 + limits.deadLetterBytes % 2};
}

/// Why a record is refused whose key belongs to another one.
inline QString keyIsTaken()
{
    return QStringLiteral("its Idempotency-Key belongs to another job");
}

}  // namespace holdline
