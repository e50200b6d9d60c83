// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "service/holdline/monitorfeed/monitorfeed.h"

#include <QByteArray>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace holdline::monitor {

/// Where an observer's snapshot is. A value; to be used with one mirror.
struct SnapshotCursor
{
    enum class Stage { Past, Jobs, Lanes, Complete };

    Stage stage = Stage::Past;
    int part = 0;  ///< of the last one made
    // Numbers in the order of what was ever put into the mirror.
    std::uint64_t nextEnded = 0;
    std::uint64_t nextCallback = 0;
    std::uint64_t endedLeft = 0;  ///< no more than so many of the past, however quickly there is more of it
    std::uint64_t callbacksLeft = 0;
    QByteArray lastJob;
    QByteArray lastLane;
};

/// All that observers have been told, as it stands now, so that a snapshot can be made of it bit by bit while
/// it changes. One for all of them, and only while there are some. No clock, no I/O. Thread: the main one.
class MonitorMirror
{
public:
    struct Place
    {
        int shard = 0;
        JobKey key = 0;
    };

    /// What a shard told; the first of its batches came from MonitorFeed::begin().
    void apply(int shard, const FeedBatch &batch);
    /// Puts what several shards told of the past into the order of time. Before the first cursor is made.
    void sortPast();
    void clear() { *this = MonitorMirror(); }

    /// Where a live job is; nothing when none has this id.
    std::optional<Place> find(const QByteArray &job) const;
    int liveJobs() const { return static_cast<int>(m_jobs.size()); }

    SnapshotCursor begin() const;
    /// Puts the next rows of the snapshot into `part`, kMaxRowsPerUpdate at most, and moves the cursor on.
    ///
    /// While the cursor is in its first stage, what changes meanwhile comes by itself in later parts and must
    /// not be told otherwise; from then on it must, at once.
    void fill(SnapshotCursor &cursor, Update &part) const;

private:
    struct Live
    {
        JobRow row;
        int shard = 0;
    };
    /// The last rows of something, numbered from the first one ever.
    template <typename Row>
    struct Recent
    {
        void add(const std::vector<Row> &more);
        /// Moves rows from `next` on, and says how many of them are not there any more.
        std::uint64_t take(std::uint64_t &next, std::uint64_t &left, std::size_t room,
                           std::vector<Row> &into) const;

        std::deque<Row> rows;
        std::uint64_t end = 0;  ///< one after the number of the last row
    };

    std::map<QByteArray, Live> m_jobs;
    std::map<QByteArray, LaneRow> m_lanes;
    Recent<JobRow> m_ended;
    Recent<CallbackRow> m_callbacks;
};

}  // namespace holdline::monitor
