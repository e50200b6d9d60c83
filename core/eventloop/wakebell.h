// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventdescriptor.h"

#include <functional>
#include <memory>

class QSocketNotifier;

namespace holdline {

/// Wakes the event loop of one thread from any other: an eventfd behind a QSocketNotifier. Not a posted event
/// or a queued call, because these pass through locks of Qt's that ThreadSanitizer cannot see.
///
/// Life: constructed and destroyed anywhere, while nobody rings. open() and close() belong to the thread that
/// is woken.
class WakeBell
{
public:
    WakeBell();
    ~WakeBell();
    WakeBell(const WakeBell &) = delete;
    WakeBell &operator=(const WakeBell &) = delete;

    /// False when no descriptor was left for it; it never wakes anybody then.
    bool isValid() const { return m_event.isValid(); }

    /// From now on `rung` is called from this thread's event loop, once for any number of rings, also for
    /// those that came before.
    void open(std::function<void()> rung);
    /// No more calls. Not from inside `rung`.
    void close();

    /// From any thread.
    void ring() { m_event.raise(); }

private:
    EventDescriptor m_event;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace holdline
