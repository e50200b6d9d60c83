// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobs.h"

#include <algorithm>

namespace holdline {

Jobs::Jobs(const Limits &limits, std::uint8_t node, std::uint8_t shard, QObject *parent)
    : QObject(parent), m_limits(limits), m_node(node), m_shard(shard)
{
}

Job &Jobs::make(const QByteArray &account, bool passThrough, TimePoint now, TimePoint deadline)
{
    const JobKey key = ++m_lastKey;
    Job &job = m_jobs[key];
    job.key = key;
    job.id = makeJobId();
    job.account = account;
    job.status.passThrough = passThrough;
    job.times.created = now;
    job.times.createdWall = std::chrono::system_clock::now();
    job.deadline = deadline;
    if (!passThrough) {
        do
            job.token = CallbackToken::make(m_node, m_shard);
        while (!m_byLookup.try_emplace(job.token->lookup, key).second);
    }
    return job;
}

Job *Jobs::find(JobKey key)
{
    const auto it = m_jobs.find(key);
    return it == m_jobs.end() ? nullptr : &it->second;
}

Job *Jobs::findByToken(QByteArrayView tokenText)
{
    const std::optional<CallbackToken> token = CallbackToken::fromText(tokenText);
    if (!token || token->node != m_node || token->shard != m_shard)
        return nullptr;
    const auto it = m_byLookup.find(token->lookup);
    if (it == m_byLookup.end())
        return nullptr;
    Job *job = find(it->second);
    return job && equalsInConstantTime(job->token->secret, token->secret) ? job : nullptr;
}

JobStep Jobs::apply(Job &job, JobEvent event, TimePoint now)
{
    const JobStep result = step(job.status, event);
    job.status = result.status;
    if (result.actions.testFlag(JobAction::Settle))
        settle(job, now);
    return result;
}

void Jobs::settle(Job &job, TimePoint now)
{
    job.times.settled = now;
    m_parked.push_back(job.key);
    Q_EMIT settled(job);
}

void Jobs::keepResult(Job &job, const QByteArray &body)
{
    if (m_keptBytes + body.size() > m_limits.parkedBytes)
        return;
    job.keptResult = body;
    m_keptBytes += body.size();
}

void Jobs::expire(TimePoint now)
{
    while (static_cast<int>(m_parked.size()) > m_limits.parked)
        forgetOldest();
    while (!m_parked.empty() && *m_jobs.at(m_parked.front()).times.settled + m_limits.parkedFor <= now)
        forgetOldest();
}

void Jobs::forgetOldest()
{
    const auto it = m_jobs.find(m_parked.front());
    m_parked.pop_front();
    m_keptBytes -= it->second.keptResult.size();
    if (it->second.token)
        m_byLookup.erase(it->second.token->lookup);
    m_jobs.erase(it);
}

std::vector<JobKey> Jobs::heldKeys() const
{
    std::vector<JobKey> keys;
    for (const auto &[key, job] : m_jobs) {
        if (!job.isSettled())
            keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

}  // namespace holdline
