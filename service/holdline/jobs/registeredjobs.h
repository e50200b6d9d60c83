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

/// Finds the job of a registered callback: a callback without a token, which names its job by the upstream's
/// id. All shards share one object. It has the jobs that their shards know, live or retained.
///
/// A callback may come before the answer to the start, which names the id. So the starts under way are known
/// too. While one of them left before a callback came, the callback may be its, and waits for it. Starts and
/// callbacks get numbers in the order in which they come.
///
/// The jobs in memory, the starts in flight and the callbacks that shards let wait bound its size. Thread:
/// any.
class RegisteredJobs
{
public:
    using Number = std::uint64_t;

    /// Where a job lives.
    struct Place
    {
        int shard = 0;
        JobKey key = 0;
        friend bool operator==(const Place &, const Place &) = default;
    };

    /// Tells a shard that take() has something. Called in any thread, and must not call this object.
    using Wake = std::function<void()>;
    int join(Wake wake);
    void setWake(int listener, Wake wake);
    /// Drops what waits for this listener.
    void leave(int listener);

    /// A start of this route leaves.
    Number beginStart(const QByteArray &route);
    /// Its answer is known. Call add() before, when the answer names an id.
    void endStart(const QByteArray &route, Number start);

    /// The job has this id. A later job with the same id takes its place.
    void add(const QByteArray &route, const QByteArray &id, const Place &place);
    /// The job is forgotten.
    void remove(const QByteArray &route, const QByteArray &id, const Place &place);

    /// The number of a callback that comes now.
    Number arrive();
    enum class Answer : std::uint8_t {
        Known,    ///< `place` is set
        MayCome,  ///< a start is under way that may name the id
        Unknown,
    };
    Answer find(const QByteArray &route, const QByteArray &id, Number callback, Place &place) const;
    /// Like find(). When the id may come, the callback waits, and take() gives its number when that has
    /// changed.
    Answer findOrWait(const QByteArray &route, const QByteArray &id, Number callback, int listener,
                      Place &place);
    /// The callback does not wait any more.
    void giveUp(const QByteArray &route, Number callback);
    /// The callbacks of this listener whose wait is over.
    std::vector<Number> take(int listener);

private:
    struct Waiting
    {
        QByteArray id;
        int listener = 0;
    };
    struct Route
    {
        std::unordered_map<QByteArray, Place> jobs;  ///< by id
        std::set<Number> starts;                     ///< under way
        std::map<Number, Waiting> callbacks;         ///< that wait
    };
    struct Listener
    {
        Wake wake;
        std::vector<Number> due;
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
