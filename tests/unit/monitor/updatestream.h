// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <vector>

namespace holdline::monitor {

/// Makes random monitor updates, as a running service would send them to a monitor. The class also keeps the
/// state that these updates describe in plain containers, which tests compare with the monitor's state.
class UpdateStream
{
public:
    explicit UpdateStream(unsigned seed) : m_random(seed) {}

    /// Makes `events` random changes of the state and returns the delta that reports these changes.
    Update delta(int events = 20)
    {
        Update update;
        update.seq = ++m_seq;
        m_at += Milliseconds(pick(40));
        update.at = m_at;
        for (int i = 0; i < events; ++i)
            happen(update);
        return update;
    }

    /// Returns the parts of a snapshot, with a few rows in each part. With `hasDeltas` there are deltas
    /// between some of the parts.
    std::vector<Update> snapshot(SnapshotReason reason, bool hasDeltas = true)
    {
        std::vector<Update> updates;
        std::vector<Update> parts(1 + static_cast<std::size_t>(pick(5)));
        std::vector<QByteArray> ids;
        for (const auto &[id, row] : jobs)
            ids.push_back(id);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            Update &part = parts[i];
            part.kind = Update::Kind::Snapshot;
            part.reason = reason;
            part.part = static_cast<int>(i) + 1;
            part.last = i + 1 == parts.size();
            // The deltas between the parts change jobs, so each part contains its jobs as they are now.
            for (std::size_t j = i; j < ids.size(); j += parts.size()) {
                if (const auto found = jobs.find(ids[j]); found != jobs.end())
                    part.jobs.push_back(found->second);
            }
            if (i == 0) {
                for (const auto &[account, lane] : lanes)
                    part.lanes.push_back(lane);
                // Only the newest ended jobs and callbacks.
                part.ended.assign(history.end() - std::min<std::ptrdiff_t>(std::ssize(history), 5),
                                  history.end());
                part.callbacks.assign(
                    callbacks.end() - std::min<std::ptrdiff_t>(std::ssize(callbacks), pick(9)),
                    callbacks.end());
            }
            part.at = m_at;
            part.seq = ++m_seq;
            updates.push_back(part);
            if (hasDeltas && !part.last && pick(2) == 0)
                updates.push_back(delta(5));
        }
        return updates;
    }

    int pick(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    WallTime now() const { return m_at; }

    std::map<QByteArray, JobRow> jobs;
    std::vector<JobRow> history;  ///< all jobs reported as ended
    std::map<QByteArray, LaneRow> lanes;
    std::vector<CallbackRow> callbacks;
    std::uint64_t omitted = 0;

private:
    void happen(Update &update)
    {
        const int what = pick(100);
        if (what < 35 || jobs.empty())
            begin(update);
        else if (what < 65)
            change(update);
        else if (what < 90)
            end(update);
        else if (what < 95)
            touchLane(update);
        else
            callback(update);
    }

    QByteArray account() { return "account-" + QByteArray::number(pick(7)); }

    void begin(Update &update)
    {
        JobRow row;
        row.id = QByteArray::number(++m_made, 16).rightJustified(6, '0') + "f0";
        row.account = account();
        row.created = m_at - Milliseconds(pick(30));
        row.deadline = row.created + Milliseconds(1000 + pick(30'000));
        row.order = m_made;
        row.client = "10.0.0." + QByteArray::number(pick(5)) + ":1234";
        row.requestId = pick(2) == 0 ? QByteArray() : "req-" + QByteArray::number(m_made);
        jobs[row.id] = row;
        update.jobs.push_back(row);
    }

    JobRow &anyJob()
    {
        auto found = jobs.begin();
        std::advance(found, pick(static_cast<int>(jobs.size())));
        return found->second;
    }

    void change(Update &update)
    {
        JobRow &row = anyJob();
        row.state = static_cast<RowState>(pick(kRowStateCount - 1));
        if (pick(2) == 0)
            row.queue = Microseconds(pick(2'000'000));
        if (pick(3) == 0)
            row.start = Microseconds(pick(200'000));
        row.attempts = pick(4);
        row.upstreamId = pick(2) == 0 ? QByteArray() : "up-" + QByteArray::number(pick(1000));
        if (pick(8) == 0)
            row.order = ++m_made;
        update.jobs.push_back(row);
    }

    void end(Update &update)
    {
        JobRow row = anyJob();
        jobs.erase(row.id);
        row.state = RowState::Ended;
        row.total = Microseconds(pick(5'000'000));
        row.job = Microseconds(pick(1'000'000));
        row.outcome = pick(3) == 0 ? Reason::CallbackTimeout : Reason::Completed;
        row.status = row.outcome == Reason::Completed ? 200 : 504;
        const bool isKnown = update.jobs.empty() || update.jobs.back().id != row.id;
        if (pick(10) == 0 && isKnown) {
            update.gone.push_back(row.id);
            ++update.endedOmitted;
            ++omitted;
            forget(update, row.id);
        } else {
            forget(update, row.id);
            history.push_back(row);
            update.ended.push_back(row);
        }
    }

    /// Removes the job from the changed rows of this update. An update must report a job either as live or as
    /// ended.
    static void forget(Update &update, const QByteArray &id)
    {
        std::erase_if(update.jobs, [&](const JobRow &row) { return row.id == id; });
    }

    void touchLane(Update &update)
    {
        const QByteArray name = account();
        std::erase(update.lanesGone, name);
        std::erase_if(update.lanes, [&](const LaneRow &lane) { return lane.account == name; });
        if (pick(4) == 0) {
            lanes.erase(name);
            update.lanesGone.push_back(name);
            return;
        }
        LaneRow &lane = lanes[name];
        lane.account = name;
        lane.queued = pick(20);
        lane.inFlight = pick(3);
        lane.paused = pick(5) == 0;
        lane.turn = pick(3) == 0 ? std::nullopt : std::optional(Microseconds(pick(50'000)));
        lane.forecast = lane.turn ? std::optional(*lane.turn * lane.queued) : std::nullopt;
        update.lanes.push_back(lane);
    }

    void callback(Update &update)
    {
        CallbackRow row;
        row.at = m_at;
        row.outcome = static_cast<CallbackOutcome>(1 + pick(kCallbackOutcomeCount - 1));
        row.job = jobs.empty() || pick(3) == 0 ? QByteArray() : anyJob().id;
        row.bytes = pick(100'000);
        row.client = "10.0.1.1:80";
        callbacks.push_back(row);
        update.callbacks.push_back(row);
    }

    std::mt19937 m_random;
    WallTime m_at{std::chrono::seconds(1'700'000'000)};
    std::uint64_t m_seq = 0;
    std::int64_t m_made = 0;
};

}  // namespace holdline::monitor
