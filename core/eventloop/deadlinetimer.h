// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlines.h"

#include <QTimer>

#include <algorithm>
#include <functional>
#include <utility>

namespace holdline {

/// A Deadlines table with a timer. Calls `onExpired(key)` for each key whose deadline has passed, never
/// early, from the event loop of its thread. `onExpired` may set and clear any deadline. The destructor drops
/// all deadlines without a call; do not destroy the object inside `onExpired`. Thread: one with an event
/// loop.
///
/// After a pause of the process (SIGSTOP, a suspended or overloaded machine) many deadlines have passed at
/// once, while data that arrived in time may still be unread in the sockets. So when the timer fires more
/// than kLate too late, it first waits kCatchUp, to let the event loop read this data. It does so at most
/// kMostCatchUps times in a row.
template <typename Key>
class DeadlineTimer
{
public:
    explicit DeadlineTimer(std::function<void(const Key &)> onExpired) : m_onExpired(std::move(onExpired))
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { run(); });
    }

    /// Sets or moves the deadline of `key`.
    void set(const Key &key, TimePoint at)
    {
        m_deadlines.set(key, at);
        arm();
    }

    void setIn(const Key &key, Duration delay) { set(key, Clock::now() + delay); }

    /// Clears the deadline of `key`. Returns false if `key` had no deadline. The QTimer goes on, because one
    /// timeout without a due deadline costs less than moving the timer each time.
    bool clear(const Key &key) { return m_deadlines.clear(key); }

    const Deadlines<Key> &table() const { return m_deadlines; }

    static constexpr std::chrono::milliseconds kLate{250};
    static constexpr std::chrono::milliseconds kCatchUp{100};
    static constexpr int kMostCatchUps = 3;

private:
    void run()
    {
        const TimePoint now = Clock::now();
        const auto armedFor = std::exchange(m_armedFor, std::nullopt);
        const bool isLate = armedFor && now - *armedFor > kLate;
        if (isLate && m_catchUps < kMostCatchUps) {
            ++m_catchUps;
            m_armedFor = now + kCatchUp;
            m_timer.start(kCatchUp);
            return;
        }
        m_catchUps = 0;
        while (const auto key = m_deadlines.takeExpired(now))
            m_onExpired(*key);
        arm();
    }

    void arm()
    {
        const auto next = m_deadlines.next();
        if (m_catchUps > 0 || !next || (m_armedFor && *m_armedFor <= *next))
            return;
        m_armedFor = next;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
        m_timer.start(std::clamp(wait, std::chrono::milliseconds(0), kLongestWait));
    }

    /// Longest interval of the QTimer, which counts milliseconds in an int. A later deadline takes several
    /// intervals.
    static constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(24);

    Deadlines<Key> m_deadlines;
    std::function<void(const Key &)> m_onExpired;
    std::optional<TimePoint> m_armedFor;
    int m_catchUps = 0;
    QTimer m_timer;
};

}  // namespace holdline
