// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/lanes.h"

#include <QByteArray>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

namespace holdline {

/// Finds the job of a registered callback. Such a callback has no token; it names the job by the id that the
/// upstream gave the job. All shards share one object, which contains the jobs of all shards, live or
/// retained.
///
/// A callback may come before the answer to the start request, which contains the id. So this class also
/// knows the start requests under way. A callback with an unknown id waits while a start request is under way
/// that was sent before the callback came. Start requests and callbacks get numbers in the order in which
/// they come.
///
/// The memory of this class grows only with the jobs in memory, the start requests under way and the
/// callbacks that wait in shards. Thread: any.
class RegisteredJobs
{
public:
    using Number = std::uint64_t;

    /// The shard of a job, and the key of the job in that shard.
    struct Place
    {
        int shard = 0;
        JobKey key = 0;
        friend bool operator==(const Place &, const Place &) = default;
    };

    /// Notifies a shard that take() will return callbacks. Called in any thread, and must not call this
    /// object.
    using Wake = std::function<void()>;
    /// Adds a listener, one for each shard. Returns its number.
    int join(Wake wake);
    void setWake(int listener, Wake wake);
    /// Removes the listener and the callbacks that wait for it.
    void leave(int listener);

    /// Call it before a start request of this route is sent. Returns the next number of the sequence, for
    /// that start request.
    Number beginStart(const QByteArray &route);
    /// Call it when that start request has ended. Call add() before, when the answer contains an id.
    void endStart(const QByteArray &route, Number start);

    /// Enters a job under its upstream id. Replaces an earlier job with the same id.
    void add(const QByteArray &route, const QByteArray &id, const Place &place);
    /// Removes a job. Does nothing when a later job has the same id.
    void remove(const QByteArray &route, const QByteArray &id, const Place &place);

    /// Returns the next number of the sequence, for a callback that has just arrived.
    Number arrive();
    enum class Answer : std::uint8_t {
        Known,    ///< the job is known, and `place` is set
        MayCome,  ///< a start request is under way whose answer may contain the id
        Unknown,  ///< no job of this route has the id
    };
    /// Finds the job with this id. `callback` is the number from arrive().
    Answer find(const QByteArray &route, const QByteArray &id, Number callback, Place &place) const;
    /// Like find(). When the answer is MayCome, the callback waits from now on. take() returns the callback's
    /// number when the id was added or can no longer come.
    Answer findOrWait(const QByteArray &route, const QByteArray &id, Number callback, int listener,
                      Place &place);
    /// Ends the wait of a callback; take() will not return its number.
    void giveUp(const QByteArray &route, Number callback);
    /// Removes and returns the numbers of this listener's callbacks whose wait is over.
    std::vector<Number> take(int listener);

private:
    struct Waiting
    {
        QByteArray id;
        int listener = 0;
    };
    struct Route
    {
        std::unordered_map<QByteArray, Place> jobs;  ///< by the upstream's id
        std::set<Number> starts;                     ///< start requests under way
        std::map<Number, Waiting> callbacks;         ///< callbacks that wait
    };
    struct Listener
    {
        Wake wake;
        std::vector<Number> due;  ///< callbacks whose wait is over
    };

    Answer look(const QByteArray &route, const QByteArray &id, Number callback, Place &place) const;
    void endWait(Route &route, std::map<Number, Waiting>::iterator waiting);

    mutable std::mutex m_mutex;
    Number m_last = 0;
    std::unordered_map<QByteArray, Route> m_routes;  ///< by name
    std::map<int, Listener> m_listeners;
    int m_lastListener = 0;
};

}  // namespace holdline
