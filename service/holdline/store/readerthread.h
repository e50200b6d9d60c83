// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/messagequeue.h"
#include "service/holdline/store/storemessages.h"

#include <QThread>

#include <semaphore>

namespace holdline {

/// Answers look-ups, so that none waits behind a commit.
///
/// A store that cannot be opened for reading is tried again at the next look-up. Life: construct, begin();
/// what was posted before it is destroyed is still answered. The reader is used in this thread only. Thread:
/// the main one; post() from any.
class ReaderThread : public QThread
{
public:
    explicit ReaderThread(std::unique_ptr<StoreReader> reader);
    ~ReaderThread() override;

    /// False when the system allows no more threads.
    bool begin();
    void post(ReadRequest message) { m_messages.post(std::move(message)); }

protected:
    void run() override;

private:
    const std::unique_ptr<StoreReader> m_reader;
    MessageQueue<ReadRequest> m_messages;
    bool m_began = false;
    /// What QThread waits by is inside of Qt; this one ThreadSanitizer sees, too.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
