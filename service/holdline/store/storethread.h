// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/store/knownkeys.h"
#include "service/holdline/store/messagequeue.h"
#include "service/holdline/store/storemessages.h"

#include <QThread>

#include <atomic>
#include <future>
#include <semaphore>

namespace holdline {

/// The store's one writer. All that waits goes into one transaction, and everybody is answered when it is
/// durable; at least `store.commit_interval` lies between two of them. In between it keeps the store within
/// its limits, step by step.
///
/// Several writes of the same record in one batch are one: the last of them, with the request of an earlier
/// one where it has none. A write that is refused (its key is another job's) fails alone; any other error is
/// of the store: the whole batch fails, and so does at once everything that comes, until a trial write every
/// `retryInterval` succeeds again. What is wrong is logged when it changes, not for each write.
///
/// Life: construct, begin(). Destroying it carries out what was posted before. The backend must
/// outlive it and is used in this thread only. Thread: the main one; write() and post() from any.
class StoreThread : public QThread
{
public:
    struct Options
    {
        Config::Store store;
        std::chrono::milliseconds retryInterval = std::chrono::seconds(3);
        int durable = Config::Hold().durable;  ///< jobs that have not ended, at most
    };

    /// `keys` learns of every key that is there; it must outlive this.
    StoreThread(StoreBackend &backend, KnownKeys &keys, const Options &options);
    ~StoreThread() override;

    /// Waits until the store has been opened; false when it cannot be, state() says why. It is tried again.
    bool begin();
    /// Instead of begin(): it is never available.
    void giveUp(const QString &error);
    /// After begin(): the records of jobs that had not ended then. Moved out.
    std::vector<JobRecord> takeRecovered();
    /// From any thread: those of the records that were found when it could be opened for the first time after
    /// begin(), of which `isWanted`. Moved out.
    std::vector<JobRecord> takeLate(const std::function<bool(const JobRecord &)> &isWanted);
    /// Closes the queue; the destructor waits for the end.
    void requestEnd() { m_messages.close(); }

    /// From any thread. Empty, or why this write fails at once.
    QString write(WriteRequest message);
    void post(StoreRequest message) { m_messages.post(std::move(message)); }
    /// From any thread: why it is not available, empty when it is.
    QString state() const;
    bool isDurable() const { return m_backend.isDurable(); }

protected:
    void run() override;

private:
    /// Writes that go together, by what they write.
    struct Batch
    {
        std::vector<WriteRequest> messages;
        std::vector<StoreWrite> writes;
        std::vector<std::size_t> writeOf;  ///< by message
    };

    void open();
    void turn(std::vector<StoreRequest> messages);
    void receive(StatusRequest &&message);
    void receive(SubscribeRequest &&message);
    void receive(UnsubscribeRequest &&message);
    void receive(ReaderFailure &&message);
    static Batch merged(std::vector<WriteRequest> messages);
    void commit(std::vector<WriteRequest> messages);
    void answer(const WriteRequest &message, const QString &error, TimePoint now);
    void setState(const QString &error);
    /// The backend cannot go on as it is.
    void breakDown(const QString &error);
    void retry();
    QString readLate();
    Result<std::vector<JobRecord>> readAll();
    void tidy();
    TimePoint nextTurn() const;

    StoreBackend &m_backend;
    KnownKeys &m_keys;
    const Options m_options;
    MessageQueue<StoreRequest> m_messages;
    std::atomic<int> m_queued = 0;                ///< writes that wait
    std::atomic<std::uint64_t> m_turnedAway = 0;  ///< writes beyond the limit
    mutable std::mutex m_stateMutex;
    QString m_state;                ///< guarded by m_stateMutex
    std::vector<JobRecord> m_late;  ///< guarded by m_stateMutex

    // Of the thread, after begin().
    StoreStatus m_status;
    bool m_isOpen = false;
    bool m_wasRead = false;  ///< what had not ended is known
    std::vector<std::shared_ptr<AnswerBox>> m_links;
    std::vector<JobRecord> m_recovered;  ///< the main thread's once it is open
    TimePoint m_lastCommit{};
    TimePoint m_nextRetry{};
    TimePoint m_nextTidy{};

    std::promise<void> m_opened;  ///< what is above is the thread's from then on, but for m_recovered
    bool m_began = false;
    /// What QThread waits by is inside of Qt; this one ThreadSanitizer sees, too.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
