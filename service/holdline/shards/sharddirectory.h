// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobdirectory.h"
#include "service/holdline/shards/shardrouter.h"

#include <unordered_map>

namespace holdline {

/// The JobDirectory of one shard's front. It asks this shard's own directory, or by message that of the shard
/// the job lives on, which the id names unless the job is older than this process. Jobs that are only stored
/// are found by any shard.
///
/// Life: `local` must outlive it. A question whose letter is still under way when it is destroyed is not
/// answered. Thread: its shard's.
class ShardDirectory : public JobDirectory
{
public:
    ShardDirectory(JobDirectory &local, ShardContext place);

    bool isComplete() const override;
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) override;
    void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) override;
    void cancel(const QByteArray &id,
                std::function<void(Cancelled, std::optional<JobRecord>)> answer) override;

    /// What another shard found.
    struct Reply
    {
        Cancelled cancelled = Cancelled::Done;
        std::vector<JobRecord> records;
        bool isComplete = true;  ///< of the other shard, by then
    };
    /// The answer to the question of this number has come by message.
    void receive(std::uint64_t number, Reply &&reply);

private:
    using Answer = std::function<void(Reply &&)>;
    /// Runs in the other shard's thread; must take nothing of this one's along.
    using Query = std::function<void(JobDirectory &, Answer)>;

    int shardOf(const QByteArray &id) const;
    void ask(int shard, const Query &question, Answer answer);

    JobDirectory &m_local;
    const ShardContext m_place;
    bool m_isComplete = true;  ///< of the shard whose answer is being handed out
    std::uint64_t m_lastNumber = 0;
    std::unordered_map<std::uint64_t, Answer> m_answers;
};

}  // namespace holdline
