// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// The fate of a posted message.
enum class Posted {
    First,    ///< the first waiting message
    Behind,   ///< waits behind others
    Dropped,  ///< the queue is closed
};

/// A queue of messages to one thread from any thread. It is the only way in which threads of the service
/// communicate. A Message is any movable type. Messages of one sender stay in order. The queue has no
/// limit of its own, so its senders must be bounded.
///
/// A blocking thread waits with take(). A thread with an event loop uses a Mailbox.
///
/// It uses the locks of the standard library, so that ThreadSanitizer sees them. Life: constructed in any
/// thread. It must outlive all senders. post() and close() may be called from any thread, everything else
/// from the receiving one.
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

    /// Refuses further messages. Waiting messages can still be taken.
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

    /// Takes all waiting messages at once. `messages` must be empty. Its memory is used again.
    void swap(std::vector<Message> &messages)
    {
        const std::lock_guard lock(m_mutex);
        m_messages.swap(messages);
    }

    /// Takes all waiting messages. When there is none, waits for the first one or for close(), but at
    /// most to `until`.
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

    /// Waits until that time or until close(), even when messages come.
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
