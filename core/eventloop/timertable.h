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

/// The timers of one event loop, ordered by when they are due: O(log n) to start and stop one, whatever their
/// number. `now` is passed in. No timer is ever early. Precise ones are due to the nanosecond; coarse ones
/// are put off by at most 5 % of their interval, very coarse ones (and coarse ones of 20 s and more) to the
/// next full second, so that many of them are served by one turn of the loop.
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
    /// All timers of that object; false when it had none.
    bool removeAll(const QObject *object);

    std::vector<Timer> timersOf(const QObject *object) const;
    /// Until it is due, not below zero; nothing when there is no such timer.
    std::optional<Duration> remaining(int id, TimePoint now) const;

    /// When the next one is due that can be delivered; nothing when there is none.
    std::optional<TimePoint> next() const;

    /// Sends a QTimerEvent to the objects of those that are due, once to each, in the order they are due. A
    /// timer whose event is being handled further up the stack is left out. Returns how many of those sent
    /// have an interval: one of 0 ms is always due, and who calls until nothing is done would never end.
    /// While an object handles its event, timers may be added and removed and this may be called again.
    int deliver(TimePoint now);

private:
    struct Place
    {
        TimePoint due;
        std::uint64_t order;  ///< of those due at the same time the one that was set first comes first
        int id;
        friend auto operator<=>(const Place &, const Place &) = default;
    };
    struct Entry
    {
        Timer timer;
        TimePoint expected{};  ///< due, before it was put off
        std::uint64_t serial = 0;
        bool isDelivering = false;
        std::set<Place>::iterator at;
    };
    struct Due
    {
        int id;
        std::uint64_t serial;  ///< an id may be another timer's by then
    };

    void advance(Entry &entry, TimePoint now);
    Entry *find(const Due &due);

    std::unordered_map<int, Entry> m_timers;
    std::set<Place> m_places;
    std::uint64_t m_lastOrder = 0;
    std::uint64_t m_lastSerial = 0;
    std::vector<Due> m_due;  ///< kept for its memory
};

}  // namespace holdline
