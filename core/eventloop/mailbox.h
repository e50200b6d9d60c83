// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/wakebell.h"

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace holdline {

/// Letters to one thread from any: the only way shards speak to each other. A Letter is any type that can be
/// moved; the receiver's event loop is woken once for all that came while it was busy, and reads them in the
/// order in which they were posted, so that those of one sender stay in order.
///
/// It has no limit of its own: whoever posts must be bounded (here by the requests that are open). Letters
/// are kept until open(), and dropped from close() on, each destroyed in the thread that drops it.
///
/// Life: constructed anywhere; must outlive all who post. open() and close() belong to the receiving thread;
/// never close() from inside the receiver.
template <typename Message>
class Mailbox
{
public:
    /// False when the system gave no descriptor for it.
    bool isValid() const { return m_bell.isValid(); }

    /// From any thread. False when the receiver has closed; the letter is dropped.
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
            m_bell.ring();
        return true;
    }

    /// `receive` is called from this thread's event loop for each letter. What is posted meanwhile waits for
    /// the loop's next turn.
    void open(std::function<void(Message &&)> receive)
    {
        m_receive = std::move(receive);
        m_bell.open([this] { deliver(); });
    }

    /// Drops what has come; nothing is received from now on.
    void close()
    {
        m_bell.close();
        std::vector<Message> dropped;
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        dropped.swap(m_messages);
    }

private:
    void deliver()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_batch.swap(m_messages);
        }
        for (Message &message : m_batch)
            m_receive(std::move(message));
        m_batch.clear();
        if (m_batch.capacity() > kRetainedMessages)
            m_batch.shrink_to_fit();
    }

    /// A crowd's memory is given back.
    static constexpr std::size_t kRetainedMessages = 1024;

    WakeBell m_bell;
    std::function<void(Message &&)> m_receive;
    std::vector<Message> m_batch;  ///< being received

    std::mutex m_mutex;
    std::vector<Message> m_messages;
    bool m_closed = false;
};

}  // namespace holdline
