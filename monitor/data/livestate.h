// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <array>
#include <set>

namespace holdline::monitor {

class ChangeGatherer;

/// The rows that a snapshot and the deltas after it come to, with what is reckoned from them. A value: copied
/// when a view is frozen. One thread.
struct LiveState
{
    QHash<QByteArray, JobPtr> jobs;
    std::deque<JobPtr> history;
    QHash<QByteArray, JobPtr> historyById;
    QHash<QByteArray, LaneRow> lanes;
    std::deque<CallbackRow> callbacks;
    /// What fell off, ever.
    std::uint64_t historyBefore = 0;
    std::uint64_t callbacksBefore = 0;
    std::uint64_t omitted = 0;
    std::array<int, kRowStateCount> counts{};
    // Of live jobs.
    int durable = 0;
    int handedOver = 0;
    int waiting = 0;  ///< clients of promised ones
    std::set<std::pair<WallTime, QByteArray>> byAge;
    /// Orders of the queued jobs of each account, ascending. Jobs come at the end and mostly leave at the
    /// front.
    std::unordered_map<QByteArray, std::deque<std::int64_t>> queues;

    bool isEmpty() const;
    /// Numbers go on where they ended in `before`.
    void numberAfter(const LiveState &before);
    /// For a snapshot, which tells the last of what is past only: what was known of it before stays in front.
    /// Takes it out of `before`; what ended after `until` is not kept.
    void takePast(LiveState &before, std::optional<WallTime> until);
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
