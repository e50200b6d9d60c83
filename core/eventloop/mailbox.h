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

/// A MessageQueue for a thread with an event loop. All messages that are posted while the loop is busy wake
/// the loop once. Qt's posted events and queued calls are not used, because ThreadSanitizer cannot see Qt's
/// locks.
///
/// Messages are queued until open(). After close() all messages are dropped. A dropped message is destroyed
/// in the thread that called post() or close().
///
/// Lifetime: constructed in any thread. The mailbox must outlive all senders. Only the receiving thread calls
/// open() and close(), and never close() from inside the function that receives.
template <typename Message>
class Mailbox
{
public:
    /// Returns false when no file descriptor was free. Then open() does nothing.
    bool isValid() const { return m_event.isValid(); }

    /// Posts a message. Returns false when the mailbox is closed; then the message is dropped. Thread: any.
    bool post(Message message)
    {
        const Posted posted = m_queue.post(std::move(message));
        if (posted == Posted::First)
            m_event.raise();
        return posted != Posted::Dropped;
    }

    /// From now on calls `receive` for each message, from the event loop of this thread. Messages that are
    /// posted during such a call are received in a later turn of the loop.
    void open(std::function<void(Message &&)> receive)
    {
        if (!isValid())
            return;
        m_receive = std::move(receive);
        m_notifier = std::make_unique<QSocketNotifier>(m_event.descriptor(), QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [this] { deliver(); });
    }

    /// Drops all waiting messages, and all messages posted later.
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
        // First drain(), then swap(), so that a message posted after swap() wakes the loop again.
        m_event.drain();
        m_queue.swap(m_batch);
        for (Message &message : m_batch)
            m_receive(std::move(message));
        m_batch.clear();
        if (m_batch.capacity() > kRetainedMessages)
            m_batch.shrink_to_fit();
    }

    /// The capacity of m_batch, in messages, that is kept for reuse. A larger buffer is freed.
    static constexpr std::size_t kRetainedMessages = 1024;

    MessageQueue<Message> m_queue;
    EventFd m_event;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::function<void(Message &&)> m_receive;
    std::vector<Message> m_batch;  ///< messages that are being received
};

}  // namespace holdline
