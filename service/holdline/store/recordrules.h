// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/jobrecord.h"
#include "service/holdline/store/storeditems.h"

#include <QString>

#include <optional>

namespace holdline {

/// True when the store keeps the client's request of this record. It is kept until the job is settled,
/// because the start request is made from it. After that it is kept when an operator may repeat the job, or
/// when a late result may still be fetched.
inline bool keepsRequest(const JobRecord &record)
{
    const ReasonInfo &end = reasonInfo(record.status.outcome);
    return !record.isSettled() || (record.status.handedOver && end.has(EndTrait::LeavesDeadLetter)) ||
           (record.fetchable && !record.expired && end.has(EndTrait::MissesResult));
}

/// True when a record without its request would be of no use: the job has not started, so a later process
/// could not start it. The store refuses to write such a record, and reports a stored one as damaged.
inline bool needsRequest(const JobRecord &record)
{
    return record.status.state == JobState::Queued;
}

/// True when the idempotency key of an ended job may be freed, so that a client can start the job again. The
/// reason: it is unknown whether the job ran.
inline bool mayFreeKey(const JobRecord &record)
{
    return record.isSettled() && !record.expired && !record.key.isNull() && isStartInDoubt(record.status);
}

/// Returns the approximate size of a record in bytes, with each byte of its request and its answer.
inline std::int64_t weightOf(const JobRecord &record)
{
    constexpr std::int64_t kFixed = 256;
    std::int64_t bytes = kFixed + record.account.size() + record.key.size() + record.startTrouble.size() +
                         record.journal.bytes();
    if (record.request) {
        bytes += record.request->target.size() + record.request->body.size();
        for (const auto &[name, value] : record.request->headers)
            bytes += name.size() + value.size();
    }
    if (record.answer) {
        bytes += record.answer->contentType.size() + record.answer->body.size() +
                 record.answer->proxyStatus.size();
        for (const auto &[name, value] : record.answer->fields)
            bytes += name.size() + value.size();
    }
    return bytes;
}

/// Returns the tombstone of a record: what remains when its result has expired. `now` is only shown to
/// people.
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

/// The limits of each kind of dead letter: half of all, so that a flood of one kind does not push out the
/// other.
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

/// Returns the dead letter of one kind that must be dropped next. Returns nothing within the limits.
inline std::optional<StoredItems::Owned> surplusOf(const StoredItems &letters, const DeadLetterShare &share)
{
    const bool isTooMany = letters.count() > share.letters;
    if (!isTooMany && letters.bytes() <= share.bytes)
        return std::nullopt;
    const auto first =
        letters.firstToGo(isTooMany ? StoredItems::Measure::Items : StoredItems::Measure::Bytes, 1);
    return first.empty() ? std::nullopt : std::optional(first.front());
}

/// Returns the error text for a record whose key belongs to another record.
inline QString keyIsTaken()
{
    return QStringLiteral("its Idempotency-Key belongs to another job");
}

/// Returns the error text for a record that needsRequest() and has no request.
inline QString requestIsMissing()
{
    return QStringLiteral("the job has not started and its request is missing");
}

}  // namespace holdline
