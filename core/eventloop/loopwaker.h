// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"

#include <atomic>

namespace holdline {

/// Wakes one event loop from any thread. It asks the system only while the loop sleeps. Waking a loop at
/// work, usually from its own thread, costs one atomic operation.
///
/// Threads: request() from any, the rest from the thread of the loop. The order of a turn: take(), do the
/// work, fallAsleep(), wait on descriptor() unless fallAsleep() returned false, arise().
class LoopWaker
{
public:
    /// -1 when the process had no free descriptor.
    int descriptor() const { return m_event.descriptor(); }

    /// Makes the next turn begin soon. Several requests before it count as one.
    void request()
    {
        if (!m_requested.exchange(true) && m_asleep.load())
            m_event.raise();
    }
    /// Clears the requests so far. False when there was none.
    bool take() { return m_requested.exchange(false); }
    bool isRequested() const { return m_requested.load(); }

    /// False when the loop must not wait, because a request came after take().
    bool fallAsleep()
    {
        m_asleep.store(true);
        return !m_requested.load();
    }
    void arise() { m_asleep.store(false); }
    /// Resets the descriptor to unreadable.
    void drain() { m_event.drain(); }

private:
    EventFd m_event;
    // Each side writes one and then reads the other, in one order for all (seq_cst): either the loop sees the
    // request, or the requesting thread sees that the loop sleeps.
    std::atomic<bool> m_requested = false;
    std::atomic<bool> m_asleep = false;
};

}  // namespace holdline
