// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"
#include "core/eventloop/messagequeue.h"

#include <QSocketNotifier>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace holdline {

/// A MessageQueue for a thread with an event loop. All messages that come while the loop is busy wake it
/// once. A posted event or a queued call would pass through locks of Qt that ThreadSanitizer cannot see.
///
/// Messages wait until open(). close() drops all later messages. Each is destroyed in the thread that
/// drops it.
///
/// Life: constructed in any thread. It must outlive all senders. open() and close() belong to the
/// receiving thread. Never call close() from inside the receiver.
template <typename Message>
class Mailbox
{
public:
    /// False when the system had no descriptor for it.
    bool isValid() const { return m_event.isValid(); }

    /// Posts a message from any thread. False when the receiver has closed; then the message is
    /// dropped.
    bool post(Message message)
    {
        const Posted posted = m_queue.post(std::move(message));
        if (posted == Posted::First)
            m_event.raise();
        return posted != Posted::Dropped;
    }

    /// Calls `receive` for each message, from the event loop of this thread. Messages posted
    /// meanwhile wait for the next turn.
    void open(std::function<void(Message &&)> receive)
    {
        if (!isValid())
            return;
        m_receive = std::move(receive);
        m_notifier = std::make_unique<QSocketNotifier>(m_event.descriptor(), QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [this] { deliver(); });
    }

    /// Drops all messages, now and from now on.
    void close()
    {
        m_notifier.reset();
        m_queue.close();
        m_queue.swap(m_batch);
        m_batch.clear();
    }

private:
    void deliver()
    {
        // Drained before the messages are taken, so that a later message wakes the loop again.
        m_event.drain();
        m_queue.swap(m_batch);
        for (Message &message : m_batch)
            m_receive(std::move(message));
        m_batch.clear();
        if (m_batch.capacity() > kRetainedMessages)
            m_batch.shrink_to_fit();
    }

    /// Memory for more messages than this is given back.
    static constexpr std::size_t kRetainedMessages = 1024;

    MessageQueue<Message> m_queue;
    EventFd m_event;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::function<void(Message &&)> m_receive;
    std::vector<Message> m_batch;  ///< messages that are being received
};

}  // namespace holdline
