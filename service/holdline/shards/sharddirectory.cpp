// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/sharddirectory.h"

#include "core/job/jobid.h"
#include "service/holdline/jobs/localdirectory.h"
#include "service/holdline/shards/recoveredjobs.h"
#include "service/holdline/shards/shard.h"

namespace holdline {

namespace {

using Reply = ShardDirectory::Reply;

std::optional<JobRecord> first(Reply &&reply)
{
    return reply.records.empty() ? std::nullopt : std::optional(std::move(reply.records.front()));
}

Reply replyOf(std::optional<JobRecord> &&record)
{
    Reply reply;
    if (record)
        reply.records.push_back(*std::move(record));
    return reply;
}

}  // namespace

ShardDirectory::ShardDirectory(JobDirectory &local, ShardContext context)
    : m_local(local), m_context(std::move(context))
{
}

int ShardDirectory::shardOf(const QByteArray &id) const
{
    if (m_context.recovered) {
        if (const auto moved = m_context.recovered->ofJob(id))
            return *moved;
    }
    const auto named = shardOfJobId(id);
    return named && *named < m_context.accountShards.count() ? *named : m_context.index;
}

void ShardDirectory::ask(int shard, const Query &question, Answer answer)
{
    if (shard == m_context.index) {
        question(m_local, std::move(answer));
        return;
    }
    const std::uint64_t number = ++m_lastNumber;
    m_answers.emplace(number, std::move(answer));
    ShardBox *const here = m_context.boxes[static_cast<std::size_t>(m_context.index)];
    const bool sent = m_context.boxes[static_cast<std::size_t>(shard)]->post(ShardTask{[question, number,
                                                                                        here](Shard &other) {
        JobDirectory &local = other.coordinator().directory();
        question(local, [number, here, &local](Reply &&reply) {
            reply.isComplete = local.isComplete();
            // std::function needs a copyable callable, so the reply is shared.
            here->post(ShardTask{[number, shared = std::make_shared<Reply>(std::move(reply))](Shard &asker) {
                asker.directory().receive(number, std::move(*shared));
            }});
        });
    }});
    // The other shard is shutting down. Its durable jobs are in the store, which this shard can read.
    if (!sent)
        question(m_local, m_answers.extract(number).mapped());
}

void ShardDirectory::receive(std::uint64_t number, Reply &&reply)
{
    auto node = m_answers.extract(number);
    if (!node)
        return;
    m_isComplete = reply.isComplete;
    node.mapped()(std::move(reply));
    m_isComplete = true;
}

void ShardDirectory::find(const QByteArray &id, Found found)
{
    ask(
        shardOf(id),
        [id](JobDirectory &directory, Answer answer) {
            directory.find(id, [answer = std::move(answer)](std::optional<JobRecord> record) {
                answer(replyOf(std::move(record)));
            });
        },
        [found = std::move(found)](Reply &&reply) { found(first(std::move(reply))); });
}

void ShardDirectory::findByKey(const QByteArray &account, const QByteArray &key, FoundAll found)
{
    ask(
        account.isEmpty() ? m_context.index : m_context.accountShards.of(account),
        [account, key](JobDirectory &directory, Answer answer) {
            directory.findByKey(account, key, [answer = std::move(answer)](std::vector<JobRecord> records) {
                answer({Cancelled::Done, std::move(records)});
            });
        },
        [this, account, found = std::move(found)](Reply &&reply) {
            if (!account.isEmpty()) {
                found(std::move(reply.records));
                return;
            }
            // Records of unfinished jobs of other shards. The store's copy may be old, so these jobs are
            // looked up again.
            const auto isElsewhere = [this](const JobRecord &record) {
                return !record.isSettled() && shardOf(record.id) != m_context.index;
            };
            refreshRecords(*this, std::move(reply.records), isElsewhere, found);
        });
}

void ShardDirectory::watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found)
{
    ask(
        shardOf(id),
        [id, after, until](JobDirectory &directory, Answer answer) {
            directory.watch(id, after, until, [answer = std::move(answer)](std::optional<JobRecord> record) {
                answer(replyOf(std::move(record)));
            });
        },
        [found = std::move(found)](Reply &&reply) { found(first(std::move(reply))); });
}

void ShardDirectory::cancel(const QByteArray &id,
                            std::function<void(Cancelled, std::optional<JobRecord>)> answer)
{
    ask(
        shardOf(id),
        [id](JobDirectory &directory, Answer reply) {
            directory.cancel(
                id, [reply = std::move(reply)](Cancelled cancelled, std::optional<JobRecord> record) {
                    Reply all = replyOf(std::move(record));
                    all.cancelled = cancelled;
                    reply(std::move(all));
                });
        },
        [answer = std::move(answer)](Reply &&reply) {
            const Cancelled cancelled = reply.cancelled;
            answer(cancelled, first(std::move(reply)));
        });
}

}  // namespace holdline
