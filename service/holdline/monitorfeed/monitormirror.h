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

/// The position of an observer's snapshot in the mirror. A plain value.
struct SnapshotCursor
{
    enum class Stage { Past, Jobs, Lanes, Complete };

    Stage stage = Stage::Past;
    int part = 0;  ///< the number of the last part
    // Row numbers, in the order of insertion into the mirror.
    std::uint64_t nextEnded = 0;
    std::uint64_t nextCallback = 0;
    std::uint64_t endedLeft =
        0;  ///< ended jobs still to send; so new ones cannot extend the snapshot forever
    std::uint64_t callbacksLeft = 0;
    QByteArray lastJob;
    QByteArray lastLane;
};

/// The current state of everything sent to observers: jobs, lanes and callbacks. Snapshots are made from the
/// mirror part by part, while it changes. One mirror serves all observers and is filled only while an
/// observer reads. No clock and no I/O. Thread: the main thread.
class MonitorMirror
{
public:
    /// The shard and the key of a running job.
    struct Place
    {
        int shard = 0;
        JobKey key = 0;
    };

    /// Applies the changes of one shard. The first batch of a shard comes from MonitorFeed::begin().
    void apply(int shard, const FeedBatch &batch);
    /// Sorts the ended jobs and the callbacks of all shards by time. Called before the first cursor is made.
    void sortPast();
    void clear() { *this = MonitorMirror(); }

    /// Returns the shard and key of a running job. Empty when no running job has this id.
    std::optional<Place> find(const QByteArray &job) const;
    int liveJobs() const { return static_cast<int>(m_jobs.size()); }

    /// Returns a cursor at the beginning of a snapshot.
    SnapshotCursor begin() const;
    /// Copies the next rows of a snapshot into `part`, at most kMaxRowsPerUpdate, and advances the cursor.
    ///
    /// While the cursor is in its first stage, later parts contain the changes, so the observer must get no
    /// updates. After that stage the observer must get every update at once.
    void fill(SnapshotCursor &cursor, Update &part) const;

private:
    struct Live
    {
        JobRow row;
        int shard = 0;
    };
    /// The latest rows of a table. Rows are numbered from the first row ever added.
    template <typename Row>
    struct Recent
    {
        void add(const std::vector<Row> &more);
        /// Copies rows from number `next` on into `into`, at most `room` and at most `left` rows. Returns how
        /// many of the wanted rows were dropped before.
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
