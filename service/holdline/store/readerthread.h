// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/messagequeue.h"
#include "service/holdline/store/storemessages.h"

#include <QThread>

#include <semaphore>

namespace holdline {

/// Carries out look-ups in a thread of its own, so that none waits for a commit.
///
/// When the store cannot be opened for reading, the next look-up tries again. Life: construct, begin(),
/// waitForEnd(), which first carries out everything that was posted. Only this thread uses the reader.
/// Thread: the main one; post() from any.
class ReaderThread : public QThread
{
public:
    explicit ReaderThread(std::unique_ptr<StoreReader> reader);

    /// Returns false when the system does not allow another thread.
    bool begin();
    /// Closes the queue and waits for the end of the thread. Returns false when it does not end in time.
    bool waitForEnd(std::chrono::milliseconds patience);
    void post(ReadRequest message) { m_messages.post(std::move(message)); }
    /// Runs `action` in the calling thread while the reader is closed. Look-ups that were posted before are
    /// carried out first, later ones wait. From any other thread.
    void whileClosed(const std::function<void()> &action);

protected:
    void run() override;

private:
    const std::unique_ptr<StoreReader> m_reader;
    MessageQueue<ReadRequest> m_messages;
    bool m_began = false;
    /// ThreadSanitizer does not see how QThread waits, because Qt is not instrumented. It sees this.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
