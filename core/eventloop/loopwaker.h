// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"

#include <atomic>

namespace holdline {

/// Wakes one event loop from any thread. A request makes a system call only while the loop sleeps. Waking a
/// loop that is busy, usually from its own thread, costs one atomic operation.
///
/// request() may be called from any thread, all other functions only from the thread of the loop. In each
/// turn the loop calls take(), does its work, calls fallAsleep(), waits for descriptor() unless fallAsleep()
/// returned false, and calls arise().
class LoopWaker
{
public:
    /// Returns the descriptor that a sleeping loop waits for. -1 when the process had no free descriptor.
    int descriptor() const { return m_event.descriptor(); }

    /// Makes the next turn of the loop begin soon. Several requests before that turn count as one. Thread:
    /// any.
    void request()
    {
        if (!m_requested.exchange(true) && m_asleep.load())
            m_event.raise();
    }
    /// Clears the requests so far. Returns false when there was no request.
    bool take() { return m_requested.exchange(false); }
    bool isRequested() const { return m_requested.load(); }

    /// Marks the loop as asleep. Returns false when the loop must not wait, because of a request after
    /// take().
    bool fallAsleep()
    {
        m_asleep.store(true);
        return !m_requested.load();
    }
    /// Marks the loop as awake.
    void arise() { m_asleep.store(false); }
    /// Resets the descriptor to unreadable.
    void drain() { m_event.drain(); }

private:
    EventFd m_event;
    // request() writes m_requested and then reads m_asleep. fallAsleep() writes m_asleep and then reads
    // m_requested. All threads see these operations in the same order (std::memory_order_seq_cst). So either
    // the loop sees the request, or the requesting thread sees that the loop sleeps.
    std::atomic<bool> m_requested = false;
    std::atomic<bool> m_asleep = false;
};

}  // namespace holdline
