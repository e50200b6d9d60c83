// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// What post() did with a message.
enum class Posted {
    First,    ///< queued; the queue was empty
    Behind,   ///< queued behind other messages
    Dropped,  ///< destroyed, because the queue is closed
};

/// A queue of messages from any thread to one receiving thread. The threads of the service communicate only
/// in this way. A Message is any movable type. Messages of one sender stay in order. The queue has no limit,
/// so the senders must limit the number of messages.
///
/// A thread without an event loop waits with take(). A thread with an event loop uses a Mailbox.
///
/// The locks are those of the standard library, which ThreadSanitizer can see. Lifetime: constructed in any
/// thread. The queue must outlive all senders. post(), close() and isClosed() may be called from any thread,
/// all other functions only from the receiving thread.
template <typename Message>
class MessageQueue
{
public:
    /// Appends the message. Thread: any.
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

    /// Makes post() drop all further messages. Messages in the queue can still be taken. Thread: any.
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

    /// Takes all queued messages at once, without waiting. `messages` must be empty; its memory is reused.
    void swap(std::vector<Message> &messages)
    {
        const std::lock_guard lock(m_mutex);
        m_messages.swap(messages);
    }

    /// Takes all queued messages. When the queue is empty, first waits for a message, for close() or for the
    /// time `until`. Without `until`, it may wait for ever. Returns an empty list after a wait without a
    /// message.
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

    /// Waits until the time `until` or until close(), also while messages are posted.
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
