// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/readerthread.h"

namespace holdline {

ReaderThread::ReaderThread(std::unique_ptr<StoreReader> reader) : m_reader(std::move(reader))
{
    setObjectName(QStringLiteral("store-reader"));
}

ReaderThread::~ReaderThread()
{
    m_letters.close();
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
        const std::vector<LookLetter> letters = m_letters.take(std::nullopt);
        if (letters.empty())
            break;
        for (const LookLetter &look : letters)
            look(*m_reader);
    }
    m_reader->close();
    m_over.release();
}

}  // namespace holdline
