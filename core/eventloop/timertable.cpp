// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/timertable.h"

#include <QCoreApplication>
#include <QTimerEvent>

#include <algorithm>
#include <bit>
#include <utility>

namespace holdline {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Returns the grid of a timer: the timer is due only at multiples of this duration.
Duration gridOf(const TimerTable::Timer &timer)
{
    if (timer.type == Qt::PreciseTimer || timer.interval <= milliseconds(20))
        return Duration(1);
    if (timer.type == Qt::VeryCoarseTimer || timer.interval >= seconds(20))
        return seconds(1);
    // A power of two, so that the grids of different intervals coincide.
    const auto slack = std::chrono::floor<milliseconds>(timer.interval / 20).count();
    return milliseconds(std::bit_floor(static_cast<std::uint64_t>(slack)));
}

/// Returns the first multiple of `grid` at or after `expected`.
TimePoint putOff(TimePoint expected, Duration grid)
{
    const Duration beyond = expected.time_since_epoch() % grid;
    return beyond.count() == 0 ? expected : expected + (grid - beyond);
}

/// Longer than the interval of any real timer, but short enough for sums without overflow.
constexpr Duration kLongestInterval = std::chrono::hours(24 * 365 * 50);

}  // namespace

void TimerTable::add(const Timer &timer, TimePoint now)
{
    remove(timer.id);
    Entry &entry = m_timers[timer.id];
    entry.timer = timer;
    entry.timer.interval = std::min(timer.interval, kLongestInterval);
    entry.serial = ++m_lastSerial;
    entry.expected = now + entry.timer.interval;
    entry.at = m_places.insert({putOff(entry.expected, gridOf(entry.timer)), ++m_lastOrder, timer.id}).first;
}

bool TimerTable::remove(int id)
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end())
        return false;
    m_places.erase(found->second.at);
    m_timers.erase(found);
    return true;
}

bool TimerTable::removeAll(const QObject *object)
{
    return std::erase_if(m_timers, [this, object](const auto &item) {
               const bool isTheirs = item.second.timer.object == object;
               if (isTheirs)
                   m_places.erase(item.second.at);
               return isTheirs;
           }) > 0;
}

std::vector<TimerTable::Timer> TimerTable::timersOf(const QObject *object) const
{
    std::vector<Timer> timers;
    for (const auto &[id, entry] : m_timers) {
        if (entry.timer.object == object)
            timers.push_back(entry.timer);
    }
    return timers;
}

std::optional<Duration> TimerTable::remaining(int id, TimePoint now) const
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end())
        return std::nullopt;
    return std::max(found->second.at->due - now, Duration::zero());
}

std::optional<TimePoint> TimerTable::next() const
{
    for (const Place &place : m_places) {
        if (!m_timers.at(place.id).isDelivering)
            return place.due;
    }
    return std::nullopt;
}

/// Moves the timer to its next due time. Skips due times that were missed.
void TimerTable::advance(Entry &entry, TimePoint now)
{
    entry.expected += entry.timer.interval;
    if (entry.expected < now)
        entry.expected = now + entry.timer.interval;
    auto node = m_places.extract(entry.at);
    node.value() = {putOff(entry.expected, gridOf(entry.timer)), ++m_lastOrder, entry.timer.id};
    entry.at = m_places.insert(std::move(node)).position;
}

TimerTable::Entry *TimerTable::find(const Due &due)
{
    const auto found = m_timers.find(due.id);
    return found == m_timers.end() || found->second.serial != due.serial ? nullptr : &found->second;
}

int TimerTable::deliver(TimePoint now)
{
    if (m_places.empty() || m_places.begin()->due > now)
        return 0;
    std::vector<Due> due = std::exchange(m_due, {});
    due.clear();
    for (auto at = m_places.begin(); at != m_places.end() && at->due <= now; ++at)
        due.push_back({at->id, m_timers.at(at->id).serial});

    int sent = 0;
    for (const Due &one : due) {
        Entry *entry = find(one);
        // An earlier handler may have run a nested event loop that delivered or removed this timer.
        if (!entry || entry->isDelivering || entry->at->due > now)
            continue;
        advance(*entry, now);
        entry->isDelivering = true;
        if (entry->timer.interval > Duration::zero())
            ++sent;
        QTimerEvent event(one.id);
        QCoreApplication::sendEvent(entry->timer.object, &event);
        entry = find(one);
        if (entry)
            entry->isDelivering = false;
    }
    m_due = std::move(due);
    return sent;
}

}  // namespace holdline
