// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"

#include <atomic>

namespace holdline {

/// Wakes one event loop from any thread. The system is asked only while the loop sleeps: a wake-up of a loop
/// at work, above all from its own thread, costs one atomic.
///
/// Threads: request() any; the rest the loop's own. The order of a turn: take(), do the work,
/// fallAsleep(), wait on descriptor() unless fallAsleep() said no, arise().
class LoopWaker
{
public:
    /// -1 when the process had no descriptor left.
    int descriptor() const { return m_event.descriptor(); }

    /// The loop's next turn begins soon; several requests before it count as one.
    void request()
    {
        if (!m_requested.exchange(true) && m_asleep.load())
            m_event.raise();
    }
    /// Forgets the requests so far; false when there was none.
    bool take() { return m_requested.exchange(false); }
    bool isRequested() const { return m_requested.load(); }

    /// False when the loop must not wait, because a request has come since take().
    bool fallAsleep()
    {
        m_asleep.store(true);
        return !m_requested.load();
    }
    void arise() { m_asleep.store(false); }
    /// Takes back what made the descriptor readable.
    void drain() { m_event.drain(); }

private:
    EventFd m_event;
    // Each side writes one and then reads the other, in one order for all (seq_cst): either the loop sees the
    // request, or the requesting thread sees that the loop sleeps.
    std::atomic<bool> m_requested = false;
    std::atomic<bool> m_asleep = false;
};

}  // namespace holdline
