// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventdescriptor.h"

#include <atomic>

namespace holdline {

/// Wakes one event loop from any thread, through an eventfd. The system is asked only when the loop sleeps: a
/// wake-up of a loop that is at work, from its own thread above all, costs one atomic.
///
/// Threads: request() any; the rest the loop's own. The order of a turn is take(), do what may have been
/// asked for, fallAsleep(), wait on descriptor() unless that said no, arise().
class WakeUp
{
public:
    /// -1 when the process had no descriptor left.
    int descriptor() const { return m_event.descriptor(); }

    /// The loop's next turn begins soon; several requests before it count as one.
    void request();
    /// Forgets the requests so far; false when there was none.
    bool take() { return m_requested.exchange(false); }
    bool isRequested() const { return m_requested.load(); }

    /// False when it must not wait, because a request has come since take().
    bool fallAsleep();
    void arise() { m_asleep.store(false); }
    /// Takes back what made the descriptor readable.
    void drain() { m_event.drain(); }

private:
    EventDescriptor m_event;
    // Each side writes one and then reads the other, in one order for all (seq_cst): either the loop sees the
    // request or whoever asks sees that the loop sleeps.
    std::atomic<bool> m_requested = false;
    std::atomic<bool> m_asleep = false;
};

}  // namespace holdline
