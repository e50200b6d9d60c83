// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/livestate.h"

#include "monitor/data/changegatherer.h"

#include <algorithm>
#include <utility>

namespace holdline::monitor {

bool LiveState::isEmpty() const
{
    return jobs.isEmpty() && history.empty() && lanes.isEmpty() && callbacks.empty();
}

void LiveState::numberAfter(const LiveState &before)
{
    historyBefore += before.historyBefore + before.history.size();
    callbacksBefore += before.callbacksBefore + before.callbacks.size();
}

void LiveState::takePast(LiveState &before, std::optional<WallTime> until)
{
    const std::deque<JobPtr> ended = std::exchange(history, std::move(before.history));
    historyById = std::move(before.historyById);
    historyBefore = before.historyBefore;
    std::deque<CallbackRow> called = std::exchange(callbacks, std::move(before.callbacks));
    callbacksBefore = before.callbacksBefore;
    omitted = before.omitted;
    if (until) {
        const std::size_t endedKnown = history.size();
        std::erase_if(history, [&](const JobPtr &row) {
            const bool isLater = row->ended() > *until;
            if (isLater)
                historyById.remove(row->id);
            return isLater;
        });
        const std::size_t calledKnown = callbacks.size();
        std::erase_if(callbacks, [&](const CallbackRow &row) { return row.at > *until; });
        // New rows may follow in place of the dropped rows. The new rows need numbers that were never used
        // before.
        historyBefore += history.size() < endedKnown ? endedKnown : 0;
        callbacksBefore += callbacks.size() < calledKnown ? calledKnown : 0;
    }
    counts[static_cast<std::size_t>(RowState::Ended)] = static_cast<int>(history.size());
    for (const JobPtr &row : ended) {
        if (!historyById.contains(row->id))
            addEnded(row, nullptr);
    }
    // Callbacks have no ids. The lists overlap where the end of the old list equals the beginning of the new
    // list.
    const auto isSame = [&](std::size_t from) {
        const std::size_t length = callbacks.size() - from;
        return length <= called.size() && std::equal(callbacks.begin() + static_cast<std::ptrdiff_t>(from),
                                                     callbacks.end(), called.begin());
    };
    std::size_t from =
        called.empty() || callbacks.size() <= called.size() ? 0 : callbacks.size() - called.size();
    while (!isSame(from))
        ++from;
    for (std::size_t i = callbacks.size() - from; i < called.size(); ++i)
        addCallback(called[i], nullptr);
}

void LiveState::apply(const Update &update, ChangeGatherer *gatherer)
{
    for (const JobRow &row : update.jobs) {
        if (row.state == RowState::Ended)
            end(row, gatherer);
        else
            put(row, gatherer);
    }
    for (const JobRow &row : update.ended)
        end(row, gatherer);
    for (const QByteArray &id : update.gone)
        remove(id, gatherer);
    for (const LaneRow &row : update.lanes) {
        lanes.insert(row.account, row);
        if (gatherer)
            gatherer->lane(row.account);
    }
    for (const QByteArray &account : update.lanesGone) {
        lanes.remove(account);
        if (gatherer)
            gatherer->lane(account);
    }
    for (const CallbackRow &row : update.callbacks)
        addCallback(row, gatherer);
    omitted += update.endedOmitted + update.callbacksOmitted;
}

int LiveState::queuePosition(const JobRow &row) const
{
    const auto found = queues.find(row.account);
    if (row.state != RowState::Queued || found == queues.end())
        return 0;
    const std::deque<std::int64_t> &queue = found->second;
    const auto at = std::lower_bound(queue.begin(), queue.end(), row.order);
    return at != queue.end() && *at == row.order ? static_cast<int>(at - queue.begin()) + 1 : 0;
}

void LiveState::put(const JobRow &row, ChangeGatherer *gatherer)
{
    const auto found = jobs.find(row.id);
    const bool isLive = found != jobs.end();
    if (isLive && **found == row)
        return;
    if (gatherer)
        gatherer->job(row.id, isLive);
    if (isLive)
        leave(**found);
    enter(row);
    auto shared = std::make_shared<const JobRow>(row);
    if (isLive)
        *found = std::move(shared);
    else
        jobs.insert(row.id, std::move(shared));
}

void LiveState::end(const JobRow &row, ChangeGatherer *gatherer)
{
    remove(row.id, gatherer);
    if (historyById.contains(row.id))
        return;
    addEnded(std::make_shared<const JobRow>(row), gatherer);
}

void LiveState::addEnded(const JobPtr &row, ChangeGatherer *gatherer)
{
    history.push_back(row);
    historyById.insert(row->id, row);
    ++counts[static_cast<std::size_t>(RowState::Ended)];
    if (gatherer)
        gatherer->ended(row);
    if (history.size() <= kHistory)
        return;
    historyById.remove(history.front()->id);
    history.pop_front();
    ++historyBefore;
    --counts[static_cast<std::size_t>(RowState::Ended)];
    if (gatherer)
        gatherer->historyDropped();
}

void LiveState::remove(const QByteArray &id, ChangeGatherer *gatherer)
{
    const auto found = jobs.constFind(id);
    if (found == jobs.cend())
        return;
    if (gatherer)
        gatherer->job(id, true);
    leave(**found);
    jobs.erase(found);
}

void LiveState::countDurable(const JobRow &row, int sign)
{
    durable += row.durable ? sign : 0;
    handedOver += row.handedOver ? sign : 0;
    waiting += row.durable ? sign * row.waiting : 0;
}

void LiveState::enter(const JobRow &row)
{
    countDurable(row, 1);
    ++counts[static_cast<std::size_t>(row.state)];
    byAge.emplace(row.created, row.id);
    if (row.state != RowState::Queued)
        return;
    std::deque<std::int64_t> &queue = queues[row.account];
    queue.insert(std::upper_bound(queue.begin(), queue.end(), row.order), row.order);
}

void LiveState::leave(const JobRow &row)
{
    countDurable(row, -1);
    --counts[static_cast<std::size_t>(row.state)];
    byAge.erase({row.created, row.id});
    if (row.state != RowState::Queued)
        return;
    const auto found = queues.find(row.account);
    std::deque<std::int64_t> &queue = found->second;
    queue.erase(std::lower_bound(queue.begin(), queue.end(), row.order));
    if (queue.empty())
        queues.erase(found);
}

void LiveState::addCallback(const CallbackRow &row, ChangeGatherer *gatherer)
{
    callbacks.push_back(row);
    if (gatherer)
        gatherer->callback(row);
    if (callbacks.size() <= kCallbacks)
        return;
    callbacks.pop_front();
    ++callbacksBefore;
    if (gatherer)
        gatherer->callbackDropped();
}

}  // namespace holdline::monitor
