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

/// The timers of one event loop, ordered by due time. Starting and stopping a timer take O(log n). The caller
/// passes the current time as `now`. No timer is early. Precise timers are exact to the nanosecond. Coarse
/// timers are delayed by at most 5 % of their interval. Very coarse timers, and coarse timers of 20 s and
/// more, are delayed to the next full second. The delays let one turn of the loop serve many timers. Not
/// thread-safe.
class TimerTable
{
public:
    struct Timer
    {
        int id = 0;
        Duration interval{};
        Qt::TimerType type = Qt::CoarseTimer;
        QObject *object = nullptr;  ///< receiver of the QTimerEvent; not owned
    };

    /// Starts the timer at `now`. Replaces a timer with the same id.
    void add(const Timer &timer, TimePoint now);
    /// Returns false when there is no timer with this id.
    bool remove(int id);
    /// Removes all timers of the object. Returns false when the object had no timer.
    bool removeAll(const QObject *object);

    std::vector<Timer> timersOf(const QObject *object) const;
    /// Returns the time until the timer is due, never negative. Empty when there is no timer with this id.
    std::optional<Duration> remaining(int id, TimePoint now) const;

    /// Returns when the next timer is due. Timers whose handler runs just now do not count. Empty without
    /// timers.
    std::optional<TimePoint> next() const;

    /// Sends one QTimerEvent for each due timer, in order of time. Leaves out a timer whose event is being
    /// handled further up the stack. Handlers may add and remove timers, and may call this function again.
    /// Returns how many events were sent for timers with an interval above 0. Timers of 0 ms do not count,
    /// because they are always due: a caller that repeats the call until nothing is done would never end.
    int deliver(TimePoint now);

private:
    struct Place
    {
        TimePoint due;
        std::uint64_t order;  ///< sorts equal times: the timer that was set first comes first
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
        std::uint64_t serial;  ///< shows whether the id belongs to another timer by now
    };

    void advance(Entry &entry, TimePoint now);
    Entry *find(const Due &due);

    std::unordered_map<int, Entry> m_timers;
    std::set<Place> m_places;
    std::uint64_t m_lastOrder = 0;
    std::uint64_t m_lastSerial = 0;
    std::vector<Due> m_due;  ///< used by deliver(); a member, so that its memory is reused
};

}  // namespace holdline
