// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <Qt>

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

class QObject;

namespace holdline {

/// The timers of one event loop, ordered by their time: O(log n) to start and stop one. The caller passes
/// `now`. No timer is ever early. Precise timers are due to the nanosecond. Coarse timers are delayed by
/// at most 5 % of their interval. Very coarse timers, and coarse ones of 20 s and more, are delayed to
/// the next full second. So one turn of the loop serves many of them.
class TimerTable
{
public:
    struct Timer
    {
        int id = 0;
        Duration interval{};
        Qt::TimerType type = Qt::CoarseTimer;
        QObject *object = nullptr;
    };

    void add(const Timer &timer, TimePoint now);
    bool remove(int id);
    /// Removes all timers of the object. False when it had none.
    bool removeAll(const QObject *object);

    std::vector<Timer> timersOf(const QObject *object) const;
    /// The time until the timer is due, never negative. Empty when there is no such timer.
    std::optional<Duration> remaining(int id, TimePoint now) const;

    /// The time of the next timer that can be delivered. Empty when there is none.
    std::optional<TimePoint> next() const;

    /// Sends a QTimerEvent to the objects of all due timers, one event each, in order of time. It
    /// leaves out a timer whose event is being handled further up the stack. Returns how many of
    /// these timers have an interval. A timer of 0 ms is always due, so a caller that repeats until
    /// nothing is done would never end. Handlers may add and remove timers, and may call this
    /// function again.
    int deliver(TimePoint now);

private:
    struct Place
    {
        TimePoint due;
        std::uint64_t order;  ///< for equal times, the timer that was set first comes first
        int id;
        friend auto operator<=>(const Place &, const Place &) = default;
    };
    struct Entry
    {
        Timer timer;
        TimePoint expected{};  ///< due time without the delay of coarse timers
        std::uint64_t serial = 0;
        bool isDelivering = false;
        std::set<Place>::iterator at;
    };
    struct Due
    {
        int id;
        std::uint64_t serial;  ///< shows that an id was given to another timer
    };

    void advance(Entry &entry, TimePoint now);
    Entry *find(const Due &due);

    std::unordered_map<int, Entry> m_timers;
    std::set<Place> m_places;
    std::uint64_t m_lastOrder = 0;
    std::uint64_t m_lastSerial = 0;
    std::vector<Due> m_due;  ///< a member, so that its memory is used again
};

}  // namespace holdline
