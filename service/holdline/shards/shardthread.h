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

/// What shards tell the main thread.
struct StatusReport
{
    std::uint64_t round = 0;  ///< names the order it answers
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
/// What a question put to one shard came to.
struct ReplyReport
{
    std::uint64_t question = 0;
    std::shared_ptr<void> reply;  ///< of the type both sides know
};
using ShardReport = std::variant<StatusReport, DrainedReport, LeftReport, FeedWaitingReport, ReplyReport>;
using ReportBox = Mailbox<ShardReport>;

/// A thread with a shard in it, which is made, run and destroyed there.
///
/// Life: construct, begin(), then isListening(), which waits for the few milliseconds this takes. Destroying
/// it ends the shard whatever it holds; the sink, the boxes and the store must outlive it. Thread: the main
/// one.
class ShardThread : public QThread
{
    Q_OBJECT

public:
    /// The shard listens beside `shared`, see Shard::shareAddress(); the rest as for Shard.
    ShardThread(ShardPlan plan, ShardContext place, Store &store, std::vector<JobRecord> recovered,
                LogSink &sink, qintptr shared, ReportBox &reports);
    ~ShardThread() override;

    void begin();
    /// False when its shard cannot listen; errorString() says why.
    bool isListening();
    QString errorString() const { return m_error; }

    /// Asks the shard to end; the destructor waits for it. To be called for all before the first is
    /// destroyed.
    void requestEnd();

protected:
    void run() override;

private:
    const ShardPlan m_plan;
    const ShardContext m_place;
    Store &m_store;
    std::vector<JobRecord> m_recovered;  ///< until the thread runs
    LogSink &m_sink;
    const qintptr m_shared;
    ReportBox &m_reports;
    std::promise<QString> m_began;  ///< an error, or nothing
    QString m_error;
    bool m_endRequested = false;
    /// What QThread waits by is inside of Qt; this one ThreadSanitizer sees, too.
    std::binary_semaphore m_over{0};
};

}  // namespace holdline
