// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QHash>

#include <array>
#include <deque>
#include <memory>
#include <set>
#include <unordered_map>

namespace holdline::monitor {

class ChangeGatherer;

using JobPtr = std::shared_ptr<const JobRow>;
using DeadLetterPtr = std::shared_ptr<const DeadLetterRow>;
using LanePtr = std::shared_ptr<const LaneRow>;
using CallbackPtr = std::shared_ptr<const CallbackRow>;

/// The rows that result from a snapshot and the updates after it, with counts and indexes. A value type:
/// freezing the views copies it. Not thread-safe.
struct LiveState
{
    static constexpr std::size_t kHistory = 50'000;
    static constexpr std::size_t kCallbacks = 10'000;

    QHash<QByteArray, JobPtr> jobs;
    std::deque<JobPtr> history;  ///< kHistory at most
    QHash<QByteArray, JobPtr> historyById;
    QHash<QByteArray, LaneRow> lanes;
    std::deque<CallbackRow> callbacks;  ///< kCallbacks at most
    /// For the meaning of these three numbers, see the functions of LiveData with the same names.
    std::uint64_t historyBefore = 0;
    std::uint64_t callbacksBefore = 0;
    std::uint64_t omitted = 0;
    std::array<int, kRowStateCount> counts{};
    int durable = 0;                                  ///< number of live durable jobs
    int handedOver = 0;                               ///< number of live jobs that were handed over
    int waiting = 0;                                  ///< number of clients that wait for live durable jobs
    std::set<std::pair<WallTime, QByteArray>> byAge;  ///< time of request and id of each live job
    /// JobRow::order of each queued job, ascending, by account. A deque, because jobs are added at the end
    /// and mostly removed at the front.
    std::unordered_map<QByteArray, std::deque<std::int64_t>> queues;

    bool isEmpty() const;
    /// Continues the numbering of history and callbacks after the last row of `before`.
    void numberAfter(const LiveState &before);
    /// Moves the history and the callbacks of `before` in front of the few recent rows that a snapshot
    /// contains. Drops rows of `before` that are newer than `until`.
    void takePast(LiveState &before, std::optional<WallTime> until);
    /// Applies one update. Records the changes in `gatherer`, which may be null when no view needs them.
    void apply(const Update &update, ChangeGatherer *gatherer);
    int queuePosition(const JobRow &row) const;

private:
    void put(const JobRow &row, ChangeGatherer *gatherer);
    void end(const JobRow &row, ChangeGatherer *gatherer);
    void remove(const QByteArray &id, ChangeGatherer *gatherer);
    void addEnded(const JobPtr &row, ChangeGatherer *gatherer);
    void countDurable(const JobRow &row, int sign);
    void enter(const JobRow &row);
    void leave(const JobRow &row);
    void addCallback(const CallbackRow &row, ChangeGatherer *gatherer);
};

}  // namespace holdline::monitor
