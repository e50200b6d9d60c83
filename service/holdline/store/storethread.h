// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/eventloop/messagequeue.h"
#include "core/job/allowance.h"
#include "service/holdline/store/knownkeys.h"
#include "service/holdline/store/storemessages.h"

#include <QThread>

#include <atomic>
#include <future>
#include <optional>
#include <semaphore>

namespace holdline {

/// The store's only writer. Commits all waiting writes in one transaction and answers them when they are
/// durable. Waits `store.commit_interval` between two transactions, so that several writes share one commit.
/// A lane that starts its jobs one after the other has only one write in flight, and would wait for nothing.
/// So a limited number of commits may be early, as long as few other writes came during the last commit.
/// Between the commits, the thread keeps the store within its limits, step by step.
///
/// Several writes of one record in a batch become one: the last write, with the request of an earlier write
/// when the last one has none. A refused write (its key belongs to another job) fails alone. Any other error
/// makes the store unavailable: the whole batch fails, and later writes fail at once. A trial write every
/// `retryInterval` finds out when the store works again. An error is logged once when it changes, not for
/// each write.
///
/// Usage: construct, begin(), write() and post(), waitForEnd(), which first carries out everything that was
/// posted. The backend must outlive this object, and only this thread uses the backend. For use in the main
/// thread; write() and post() in any thread.
class StoreThread : public QThread
{
public:
    struct Options
    {
        Config::Store store;
        std::chrono::milliseconds retryInterval = std::chrono::seconds(3);
        int durable = Config::Hold().durable;  ///< the most unfinished jobs
        /// How many commits may come before `commit_interval` has passed. A commit costs CPU time, so many
        /// clients must share one.
        Allowance early{100, std::chrono::milliseconds(10)};
        /// Runs its argument while no reader has the file open. Called in this thread.
        std::function<void(const std::function<void()> &)> whileReaderIsClosed =
            [](const std::function<void()> &action) { action(); };
    };

    /// `keys` gets every stored key and must outlive this object.
    StoreThread(StoreBackend &backend, KnownKeys &keys, const Options &options);

    enum class Opened {
        Yes,
        No,    ///< state() is the reason; the thread tries again
        Hangs  ///< not within this time; the thread goes on opening the store
    };
    /// Waits until the store was opened, at most for `patience` and while `hurries` is false.
    Opened begin(std::chrono::milliseconds patience, const std::function<bool()> &hurries);
    /// Makes the store unavailable forever. Called instead of begin().
    void giveUp(const QString &error);
    /// Returns the records of jobs that were unfinished when begin() opened the store. Call this after
    /// begin(). A second call returns none.
    std::vector<JobRecord> takeRecovered();
    /// Returns records of unfinished jobs, when the store was opened or replaced only after begin() returned.
    /// Returns each record once, and only if `isWanted` is true for it. Call this in any thread.
    std::vector<JobRecord> takeLate(const std::function<bool(const JobRecord &)> &isWanted);
    /// Closes the queue and waits for the end of the thread. Returns false when no write was carried out for
    /// this time.
    bool waitForEnd(std::chrono::milliseconds patience);

    /// Queues a write. Returns the reason when the write fails at once, otherwise an empty text. Call this in
    /// any thread.
    QString write(WriteRequest message);
    void post(StoreRequest message) { m_messages.post(std::move(message)); }
    /// Returns the reason why the store is unavailable; empty when it is available. Call this in any thread.
    QString state() const;
    bool isDurable() const { return m_backend.isDurable(); }

protected:
    void run() override;

private:
    /// The writes of one transaction, merged by record.
    struct Batch
    {
        std::vector<WriteRequest> messages;
        std::vector<StoreWrite> writes;
        std::vector<std::size_t> writeOf;  ///< the index in `writes`, by message
    };

    std::vector<JobRecord> open();
    void hand(std::vector<JobRecord> recovered);
    bool waitsForMore(TimePoint now);
    void turn(std::vector<StoreRequest> messages);
    void receive(StatusRequest &&message);
    void receive(SubscribeRequest &&message);
    void receive(UnsubscribeRequest &&message) { std::erase(m_links, message.from); }
    void receive(LifeSignRequest &&message) { message.from->post(LifeSign{}); }
    void receive(ReaderFailure &&message);
    static Batch merged(std::vector<WriteRequest> messages);
    void commit(std::vector<WriteRequest> messages);
    void answer(const WriteRequest &message, const QString &error, TimePoint now);
    void setState(const QString &error, bool replaced = false);
    /// Closes the backend, which cannot go on after this error.
    void breakDown(const QString &error);
    void retry();
    QString readLate();
    Result<std::vector<JobRecord>> readAll();
    QString readKeys();
    QString readMoreKeys();
    QString renewKeys();
    void addKeys(const std::vector<StoreWrite> &writes);
    /// Does one clean-up step, and counts its results in m_status.
    Tidied tidyOnce();
    void tidy();
    /// Returns the time of the next action when no message comes before.
    TimePoint nextTurn() const { return state().isEmpty() ? m_nextTidy : m_nextRetry; }

    StoreBackend &m_backend;
    KnownKeys &m_keys;
    const Options m_options;
    MessageQueue<StoreRequest> m_messages;
    std::atomic<int> m_queued = 0;                ///< waiting writes
    std::atomic<std::uint64_t> m_turnedAway = 0;  ///< writes refused because of the limit
    mutable std::mutex m_stateMutex;
    // Guarded by m_stateMutex.
    QString m_state;
    std::vector<JobRecord> m_recovered;
    std::vector<JobRecord> m_late;
    bool m_isAwaited = true;  ///< begin() has not returned

    // Used by this thread only, after begin().
    StoreStatus m_status;
    bool m_isOpen = false;
    bool m_wasRead = false;   ///< the unfinished jobs were read
    bool m_replaced = false;  ///< the store has other data, and the links do not know yet
    std::vector<std::shared_ptr<AnswerBox>> m_links;
    std::optional<TimePoint> m_lastCommit;  ///< empty before the first one
    Allowance m_early;
    int m_cameMeanwhile = 0;  ///< writes that came during the last commit
    TimePoint m_nextRetry{};
    TimePoint m_nextTidy{};
    std::optional<StoredKey> m_renewedTo;  ///< while KnownKeys is renewed: the last key that was read

    std::promise<void> m_opened;
    bool m_began = false;
    /// Released when run() ends. ThreadSanitizer sees this semaphore, but not how QThread waits, because Qt
    /// is not instrumented.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
