// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/readerthread.h"

namespace holdline {

ReaderThread::ReaderThread(std::unique_ptr<StoreReader> reader) : m_reader(std::move(reader))
{
    setObjectName(QStringLiteral("store-reader"));
}

bool ReaderThread::waitForEnd(std::chrono::milliseconds patience)
{
    m_messages.close();
    if (!m_began)
        return true;
    if (!m_over.try_acquire_for(patience))
        return false;
    wait();
    return true;
}

bool ReaderThread::begin()
{
    start();
    m_began = isRunning() || isFinished();
    return m_began;
}

void ReaderThread::whileClosed(const std::function<void()> &action)
{
    struct Meeting
    {
        std::binary_semaphore closed{0};
        std::binary_semaphore done{0};
    };
    const auto meeting = std::make_shared<Meeting>();
    const Posted posted = m_messages.post([meeting](StoreReader &reader) {
        reader.close();
        meeting->closed.release();
        meeting->done.acquire();
    });
    if (posted != Posted::Dropped)
        meeting->closed.acquire();
    action();
    meeting->done.release();
}

void ReaderThread::run()
{
    while (true) {
        const std::vector<ReadRequest> messages = m_messages.take(std::nullopt);
        if (messages.empty())
            break;
        for (const ReadRequest &look : messages)
            look(*m_reader);
    }
    m_reader->close();
    m_over.release();
}

}  // namespace holdline
