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

/// The store's only writer. It commits all waiting writes in one transaction and answers them when they are
/// durable. Between two transactions `store.commit_interval` passes, because that saves commits when several
/// writes come within it. A lane whose starts follow one another never has more than one write under way, and
/// would wait for nothing. So a commit may be early while no other writes came during the last one, a limited
/// number of times. In between the store is kept within its limits, step by step.
///
/// Several writes of one record in a batch become one: the last of them. It keeps the request of an earlier
/// one when it has none. A refused write (its key belongs to another job) fails alone. Any other error makes
/// the store unavailable. The whole batch fails, and later writes fail at once. A trial write every
/// `retryInterval` finds out when the store works again. An error is logged once when it changes, not for
/// each write.
///
/// Life: construct, begin(), waitForEnd(), which first carries out everything that was posted. The backend
/// must outlive this object. Only this thread uses it. Thread: the main one; write() and post() from any.
class StoreThread : public QThread
{
public:
    struct Options
    {
        Config::Store store;
        std::chrono::milliseconds retryInterval = std::chrono::seconds(3);
        int durable = Config::Hold().durable;  ///< the most unfinished jobs
        /// Commits before `commit_interval` has passed. A commit costs CPU, so that many clients must share
        /// it.
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
        Hangs  ///< not within this time; the thread goes on opening it
    };
    /// Waits until the store was opened, at most for `patience` and while `hurries` is false.
    Opened begin(std::chrono::milliseconds patience, const std::function<bool()> &hurries);
    /// Makes the store unavailable forever. Called instead of begin().
    void giveUp(const QString &error);
    /// After begin(): the records of jobs that were unfinished then. Moves them out.
    std::vector<JobRecord> takeRecovered();
    /// From any thread: records of unfinished jobs, when the store opened only after begin() returned. Moves
    /// out those for which `isWanted` is true.
    std::vector<JobRecord> takeLate(const std::function<bool(const JobRecord &)> &isWanted);
    /// Closes the queue and waits for the end of the thread. Returns false when no write was carried out for
    /// this time.
    bool waitForEnd(std::chrono::milliseconds patience);

    /// From any thread. Returns the reason when this write fails at once, otherwise an empty text.
    QString write(WriteRequest message);
    void post(StoreRequest message) { m_messages.post(std::move(message)); }
    /// From any thread: the reason why the store is unavailable, empty when it is available.
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
    /// One clean-up step, counted.
    Tidied tidyOnce();
    void tidy();
    /// The time of the next action without a message.
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
    /// ThreadSanitizer does not see how QThread waits, because Qt is not instrumented. It sees this.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
