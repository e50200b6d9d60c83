// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/messagequeue.h"
#include "service/holdline/store/storemessages.h"

#include <QThread>

#include <semaphore>

namespace holdline {

/// Runs look-ups in a thread of its own, so that no look-up waits for a commit.
///
/// When the store cannot be opened for reading, the next look-up tries to open it again. Usage: construct,
/// begin(), post(), waitForEnd(), which first runs all posted look-ups. Only this thread uses the reader.
/// Call post() in any thread, whileClosed() in any thread but this one, and the other functions in the main
/// thread.
class ReaderThread : public QThread
{
public:
    explicit ReaderThread(std::unique_ptr<StoreReader> reader);

    /// Returns false when the system does not allow another thread.
    bool begin();
    /// Closes the queue and waits for the end of the thread. Returns false when it does not end in time.
    bool waitForEnd(std::chrono::milliseconds patience);
    void post(ReadRequest message) { m_messages.post(std::move(message)); }
    /// Runs `action` in the calling thread while the reader is closed. Look-ups that were posted before run
    /// first, later look-ups wait.
    void whileClosed(const std::function<void()> &action);

protected:
    void run() override;

private:
    const std::unique_ptr<StoreReader> m_reader;
    MessageQueue<ReadRequest> m_messages;
    bool m_began = false;
    /// Released when run() ends. ThreadSanitizer sees this semaphore, but not how QThread waits, because Qt
    /// is not instrumented.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
