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

/// The position of an observer's snapshot in one mirror. A value.
struct SnapshotCursor
{
    enum class Stage { Past, Jobs, Lanes, Complete };

    Stage stage = Stage::Past;
    int part = 0;  ///< the number of the last part
    // Numbers in the order of insertion into the mirror.
    std::uint64_t nextEnded = 0;
    std::uint64_t nextCallback = 0;
    std::uint64_t endedLeft =
        0;  ///< the rows of the past that are still to send; a fast-growing past cannot extend the snapshot
    std::uint64_t callbacksLeft = 0;
    QByteArray lastJob;
    QByteArray lastLane;
};

/// The current state of everything sent to observers. Snapshots are made from it part by part while it
/// changes. One mirror serves all observers and exists only while there are some. No clock and no I/O.
/// Thread: the main one.
class MonitorMirror
{
public:
    struct Place
    {
        int shard = 0;
        JobKey key = 0;
    };

    /// Applies the changes of one shard. The first batch of a shard comes from MonitorFeed::begin().
    void apply(int shard, const FeedBatch &batch);
    /// Sorts the past of several shards by time. Called before the first cursor is made.
    void sortPast();
    void clear() { *this = MonitorMirror(); }

    /// The shard and key of a running job. Empty when no running job has this id.
    std::optional<Place> find(const QByteArray &job) const;
    int liveJobs() const { return static_cast<int>(m_jobs.size()); }

    SnapshotCursor begin() const;
    /// Moves the next rows of a snapshot into `part`, at most kMaxRowsPerUpdate, and advances the cursor.
    ///
    /// In the first stage of the cursor, later parts contain the changes, so the observer must get no
    /// updates. After that stage it must get every update at once.
    void fill(SnapshotCursor &cursor, Update &part) const;

private:
    struct Live
    {
        JobRow row;
        int shard = 0;
    };
    /// The last rows of a table, numbered from the first row ever.
    template <typename Row>
    struct Recent
    {
        void add(const std::vector<Row> &more);
        /// Moves rows from `next` on into `into`. Returns the number of rows that are already gone.
        std::uint64_t take(std::uint64_t &next, std::uint64_t &left, std::size_t room,
                           std::vector<Row> &into) const;

        std::deque<Row> rows;
        std::uint64_t end = 0;  ///< one above the number of the last row
    };

    std::map<QByteArray, Live> m_jobs;
    std::map<QByteArray, LaneRow> m_lanes;
    Recent<JobRow> m_ended;
    Recent<CallbackRow> m_callbacks;
};

}  // namespace holdline::monitor
