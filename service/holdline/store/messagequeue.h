// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// Letters to a thread that does one thing after the other and may block in it, such as one that writes to a
/// disk; a Mailbox is for threads with an event loop. Those of one sender stay in order. It has no limit of
/// its own: whoever posts must be bounded.
///
/// Life: constructed anywhere; must outlive all who post. post() and close() from any thread, take() from
/// one.
template <typename Message>
class MessageQueue
{
public:
    /// False when it is closed; the letter is dropped.
    bool post(Message message)
    {
        bool first = false;
        {
            const std::lock_guard lock(m_mutex);
            if (m_closed)
                return false;
            first = m_messages.empty();
            m_messages.push_back(std::move(message));
        }
        if (first)
            m_changed.notify_one();
        return true;
    }

    /// No more letters; those that are there can still be taken.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_changed.notify_one();
    }

    /// All that wait. Where there is none, waits for the first, to `until` at most, and for close().
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

    /// Waits to that time, or for close(), whatever comes meanwhile.
    void pause(TimePoint until)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_until(lock, until, [this] { return m_closed; });
    }

    bool isClosed() const
    {
        const std::lock_guard lock(m_mutex);
        return m_closed;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Message> m_messages;
    bool m_closed = false;
};

}  // namespace holdline
