// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// What became of a posted message.
enum class Posted {
    First,    ///< it waits, and none waited before it
    Behind,   ///< it waits behind others
    Dropped,  ///< the queue is closed
};

/// Messages to one thread from any: the only way threads of the service speak to each other. A Message is any
/// type that can be moved. Messages of one sender stay in order. The queue has no limit of its own: its
/// senders must be bounded.
///
/// A thread that blocks waits with take(). A thread with an event loop has a Mailbox, which waits for it.
///
/// Locks are the standard library's, so that ThreadSanitizer sees all there is. Life: constructed anywhere;
/// must outlive all senders. post() and close() from any thread, the rest from the receiving one.
template <typename Message>
class MessageQueue
{
public:
    Posted post(Message message)
    {
        bool isFirst = false;
        {
            const std::lock_guard lock(m_mutex);
            if (m_closed)
                return Posted::Dropped;
            isFirst = m_messages.empty();
            m_messages.push_back(std::move(message));
        }
        if (!isFirst)
            return Posted::Behind;
        m_changed.notify_one();
        return Posted::First;
    }

    /// No more messages; those that wait can still be taken.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_changed.notify_one();
    }

    bool isClosed() const
    {
        const std::lock_guard lock(m_mutex);
        return m_closed;
    }

    /// All that wait, now. `messages` must be empty; its memory is used again.
    void swap(std::vector<Message> &messages)
    {
        const std::lock_guard lock(m_mutex);
        m_messages.swap(messages);
    }

    /// All that wait. While there is none, waits for the first or for close(), to `until` at most.
    std::vector<Message> take(std::optional<TimePoint> until)
    {
        std::unique_lock lock(m_mutex);
        const auto hasNews = [this] { return !m_messages.empty() || m_closed; };
        if (until)
            m_changed.wait_until(lock, *until, hasNews);
        else
            m_changed.wait(lock, hasNews);
        return std::exchange(m_messages, {});
    }

    /// Waits to that time or for close(), whatever comes meanwhile.
    void pause(TimePoint until)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_until(lock, until, [this] { return m_closed; });
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Message> m_messages;
    bool m_closed = false;
};

}  // namespace holdline
