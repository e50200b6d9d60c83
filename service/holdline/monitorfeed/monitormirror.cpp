// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/monitormirror.h"

#include "core/monitormessages/monitorcodec.h"

#include <algorithm>

namespace holdline::monitor {

namespace {

constexpr std::size_t kRecent = MonitorFeed::kRecent;

std::size_t rowsIn(const Update &part)
{
    return part.jobs.size() + part.ended.size() + part.lanes.size() + part.callbacks.size();
}

}  // namespace

template <typename Row>
void MonitorMirror::Recent<Row>::add(const std::vector<Row> &more)
{
    end += more.size();
    const std::size_t kept = std::min(more.size(), kRecent);
    rows.insert(rows.end(), more.end() - static_cast<std::ptrdiff_t>(kept), more.end());
    while (rows.size() > kRecent)
        rows.pop_front();
}

template <typename Row>
std::uint64_t MonitorMirror::Recent<Row>::take(std::uint64_t &next, std::uint64_t &left, std::size_t room,
                                               std::vector<Row> &into) const
{
    const std::uint64_t first = end - rows.size();
    const std::uint64_t lost = std::max(next, first) - next;
    next += lost;
    const auto count = std::min({end - next, left, static_cast<std::uint64_t>(room)});
    const auto from = rows.begin() + static_cast<std::ptrdiff_t>(next - first);
    into.insert(into.end(), from, from + static_cast<std::ptrdiff_t>(count));
    next += count;
    left -= count;
    return lost;
}

void MonitorMirror::apply(int shard, const FeedBatch &batch)
{
    for (const JobRow &row : batch.jobs)
        m_jobs.insert_or_assign(row.id, Live{row, shard});
    for (const JobRow &row : batch.ended)
        m_jobs.erase(row.id);
    for (const QByteArray &id : batch.gone)
        m_jobs.erase(id);
    for (const LaneRow &row : batch.lanes)
        m_lanes.insert_or_assign(row.account, row);
    for (const QByteArray &account : batch.lanesGone)
        m_lanes.erase(account);
    m_ended.add(batch.ended);
    m_callbacks.add(batch.callbacks);
}

void MonitorMirror::sortPast()
{
    std::stable_sort(m_ended.rows.begin(), m_ended.rows.end(),
                     [](const JobRow &a, const JobRow &b) { return a.ended() < b.ended(); });
    std::stable_sort(m_callbacks.rows.begin(), m_callbacks.rows.end(),
                     [](const CallbackRow &a, const CallbackRow &b) { return a.at < b.at; });
}

std::optional<MonitorMirror::Place> MonitorMirror::find(const QByteArray &job) const
{
    const auto it = m_jobs.find(job);
    if (it == m_jobs.end())
        return std::nullopt;
    return Place{it->second.shard, static_cast<JobKey>(it->second.row.order)};
}

SnapshotCursor MonitorMirror::begin() const
{
    SnapshotCursor cursor;
    cursor.nextEnded = m_ended.end - m_ended.rows.size();
    cursor.nextCallback = m_callbacks.end - m_callbacks.rows.size();
    cursor.endedLeft = 2 * kRecent;
    cursor.callbacksLeft = 2 * kRecent;
    return cursor;
}

void MonitorMirror::fill(SnapshotCursor &cursor, Update &part) const
{
    using Stage = SnapshotCursor::Stage;
    const auto room = [&part] { return kMaxRowsPerUpdate - rowsIn(part); };
    ++cursor.part;
    if (cursor.stage == Stage::Past) {
        part.endedOmitted += m_ended.take(cursor.nextEnded, cursor.endedLeft, room(), part.ended);
        part.callbacksOmitted +=
            m_callbacks.take(cursor.nextCallback, cursor.callbacksLeft, room(), part.callbacks);
        const bool allEnded = cursor.nextEnded == m_ended.end || cursor.endedLeft == 0;
        const bool allCallbacks = cursor.nextCallback == m_callbacks.end || cursor.callbacksLeft == 0;
        if (allEnded && allCallbacks) {
            part.endedOmitted += m_ended.end - cursor.nextEnded;
            part.callbacksOmitted += m_callbacks.end - cursor.nextCallback;
            cursor.stage = Stage::Jobs;
        }
    }
    if (cursor.stage == Stage::Jobs) {
        auto it = m_jobs.upper_bound(cursor.lastJob);
        for (; it != m_jobs.end() && room() > 0; ++it) {
            part.jobs.push_back(it->second.row);
            cursor.lastJob = it->first;
        }
        if (it == m_jobs.end())
            cursor.stage = Stage::Lanes;
    }
    if (cursor.stage == Stage::Lanes) {
        auto it = m_lanes.upper_bound(cursor.lastLane);
        for (; it != m_lanes.end() && room() > 0; ++it) {
            part.lanes.push_back(it->second);
            cursor.lastLane = it->first;
        }
        if (it == m_lanes.end())
            cursor.stage = Stage::Complete;
    }
    part.kind = Update::Kind::Snapshot;
    part.part = cursor.part;
    part.last = cursor.stage == Stage::Complete;
}

}  // namespace holdline::monitor
