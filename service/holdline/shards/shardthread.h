// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/shards/shard.h"

#include <QThread>

#include <cstdint>
#include <future>
#include <memory>
#include <semaphore>
#include <variant>

namespace holdline {

/// A status sent from a shard to the main thread.
struct StatusReport
{
    std::uint64_t call = 0;  ///< the number of the call that this status answers
    ShardStatus status;
};
struct DrainedReport
{
    int shard = 0;
};
struct LeftReport
{
    int shard = 0;
};
struct FeedWaitingReport
{
    int shard = 0;
};
/// The result of a call to one shard.
struct ReplyReport
{
    std::uint64_t question = 0;
    std::shared_ptr<void> reply;  ///< of a type known to both sides
};
using ShardReport = std::variant<StatusReport, DrainedReport, LeftReport, FeedWaitingReport, ReplyReport>;
using ReportBox = Mailbox<ShardReport>;

/// A thread with one shard. The shard is made, run and destroyed in this thread.
///
/// Lifetime: construct, begin(), then isListening(), which waits a few milliseconds for the thread. The
/// destructor ends the shard, also with open requests. The sink, the mailboxes and the store must outlive
/// this object. Thread: called by the main thread.
class ShardThread : public QThread
{
    Q_OBJECT

public:
    /// The shard listens at the addresses of the sockets `shared`, see Shard::shareAddresses(). The other
    /// parameters are as for Shard.
    ShardThread(ShardPlan plan, ShardContext context, Store &store, std::vector<JobRecord> recovered,
                LogSink &sink, std::vector<qintptr> shared, ReportBox &reports);
    ~ShardThread() override;

    void begin();
    /// Waits until the shard has tried to listen. Returns false when the shard cannot listen: see
    /// errorString().
    bool isListening();
    QString errorString() const { return m_error; }

    /// Requests the end of the shard. The destructor waits for the end. Call this for all shards before
    /// destroying the first.
    void requestEnd();

protected:
    void run() override;

private:
    const ShardPlan m_plan;
    const ShardContext m_context;
    Store &m_store;
    std::vector<JobRecord> m_recovered;  ///< empty once the thread runs
    LogSink &m_sink;
    const std::vector<qintptr> m_shared;
    ReportBox &m_reports;
    std::promise<QString> m_began;  ///< an error text, or empty
    QString m_error;
    bool m_endRequested = false;
    /// ThreadSanitizer does not see that QThread::wait() synchronises threads, because Qt is not
    /// instrumented. It does see this semaphore.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
