// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/readerthread.h"

namespace holdline {

ReaderThread::ReaderThread(std::unique_ptr<StoreReader> reader) : m_reader(std::move(reader))
{
    setObjectName(QStringLiteral("store-reader"));
}

ReaderThread::~ReaderThread()
{
    m_messages.close();
    if (!m_began)
        return;
    m_over.acquire();
    wait();
}

bool ReaderThread::begin()
{
    start();
    m_began = isRunning() || isFinished();
    return m_began;
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
