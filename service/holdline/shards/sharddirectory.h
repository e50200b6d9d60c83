// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobdirectory.h"
#include "service/holdline/shards/shardrouter.h"

#include <unordered_map>

namespace holdline {

/// The JobDirectory of one shard's front. Asks this shard's own directory, or by message the directory of the
/// job's shard. A job's id names its shard unless the job is older than this process. Every shard finds jobs
/// that are only in the store.
///
/// Lifetime: `local` must outlive this object. The destructor drops calls whose answer has not arrived.
/// Thread: its shard's.
class ShardDirectory : public JobDirectory
{
public:
    ShardDirectory(JobDirectory &local, ShardContext context);

    bool isComplete() const override { return m_isComplete && m_local.isComplete(); }
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) override;
    void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) override;
    void cancel(const QByteArray &id,
                std::function<void(Cancelled, std::optional<JobRecord>)> answer) override;

    /// The answer of another shard.
    struct Reply
    {
        Cancelled cancelled = Cancelled::Done;
        std::vector<JobRecord> records;
        bool isComplete = true;  ///< isComplete() of the other shard when it answered
    };
    /// Handles the answer to the call with this number, which arrived as a message.
    void receive(std::uint64_t number, Reply &&reply);

private:
    using Answer = std::function<void(Reply &&)>;
    /// Runs in the other shard's thread and must not use data of this thread.
    using Query = std::function<void(JobDirectory &, Answer)>;

    int shardOf(const QByteArray &id) const;
    void ask(int shard, const Query &question, Answer answer);

    JobDirectory &m_local;
    const ShardContext m_context;
    bool m_isComplete = true;  ///< isComplete() of the shard whose answer is being passed on
    std::uint64_t m_lastNumber = 0;
    std::unordered_map<std::uint64_t, Answer> m_answers;
};

}  // namespace holdline
