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

/// A MessageQueue for a thread with an event loop. The loop is woken once for all messages that came while it
/// was busy. Not by a posted event or a queued call: these pass through locks of Qt's that ThreadSanitizer
/// cannot see.
///
/// Messages wait until open(), and are dropped from close() on, each destroyed in the thread that drops it.
///
/// Life: constructed anywhere; must outlive all senders. open() and close() belong to the receiving thread;
/// never close() from inside the receiver.
template <typename Message>
class Mailbox
{
public:
    /// False when the system gave no descriptor for it.
    bool isValid() const { return m_event.isValid(); }

    /// From any thread. False when the receiver has closed; the message is dropped.
    bool post(Message message)
    {
        const Posted posted = m_queue.post(std::move(message));
        if (posted == Posted::First)
            m_event.raise();
        return posted != Posted::Dropped;
    }

    /// `receive` is called from this thread's event loop for each message. What is posted meanwhile waits for
    /// the loop's next turn.
    void open(std::function<void(Message &&)> receive)
    {
        if (!isValid())
            return;
        m_receive = std::move(receive);
        m_notifier = std::make_unique<QSocketNotifier>(m_event.descriptor(), QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [this] { deliver(); });
    }

    /// Drops what has come; nothing is received from now on.
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
        // Before the messages are taken: one that comes after that wakes the loop again.
        m_event.drain();
        m_queue.swap(m_batch);
        for (Message &message : m_batch)
            m_receive(std::move(message));
        m_batch.clear();
        if (m_batch.capacity() > kRetainedMessages)
            m_batch.shrink_to_fit();
    }

    /// A crowd's memory is given back.
    static constexpr std::size_t kRetainedMessages = 1024;

    MessageQueue<Message> m_queue;
    EventFd m_event;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::function<void(Message &&)> m_receive;
    std::vector<Message> m_batch;  ///< being received
};

}  // namespace holdline
