// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobs.h"

#include <algorithm>

namespace holdline {

Job &Jobs::make(const QByteArray &account, bool passThrough, TimePoint now, TimePoint deadline)
{
    forgetSurplus();
    const JobKey key = ++m_lastKey;
    Job &job = m_jobs[key];
    job.key = key;
    job.id = makeJobId(m_shard);
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
    m_heldPeak = std::max(m_heldPeak, ++m_held);
    return job;
}

Job *Jobs::restore(const JobRecord &record, TimePoint now)
{
    const std::optional<CallbackToken> token = CallbackToken::fromText(record.token);
    const JobKey key = m_lastKey + 1;
    if (!record.token.isEmpty() && (!token || !m_byLookup.try_emplace(token->lookup, key).second))
        return nullptr;
    m_lastKey = key;
    const TimePoint made =
        record.made
            ? *record.made
            : now + std::chrono::duration_cast<Duration>(record.created - std::chrono::system_clock::now());
    const auto steady = [&](WallTime at) {
        return made + std::chrono::duration_cast<Duration>(at - record.created);
    };
    const auto maybe = [&](const std::optional<WallTime> &at) {
        return at ? std::optional(steady(*at)) : std::nullopt;
    };
    Job &job = m_jobs[key];
    job.key = key;
    job.id = record.id;
    job.account = record.account;
    job.token = token;
    job.status = record.status;
    job.status.startInFlight = false;
    job.times = {made, maybe(record.started), maybe(record.answered), {}, {}, record.created};
    job.deadline = steady(record.deadline);
    job.attempts = record.attempts;
    job.repeatable = record.repeatable;
    job.upstreamId = record.upstreamId;
    job.requestId = record.requestId;
    job.client = record.client;
    job.startTrouble = record.startTrouble;
    job.progress = record.progress;
    job.route = record.route;
    job.upstreamLocation = record.upstreamLocation;
    m_heldPeak = std::max(m_heldPeak, ++m_held);
    return &job;
}

Job *Jobs::find(JobKey key)
{
    const auto it = m_jobs.find(key);
    return it == m_jobs.end() ? nullptr : &it->second;
}

const Job *Jobs::find(JobKey key) const
{
    const auto it = m_jobs.find(key);
    return it == m_jobs.end() ? nullptr : &it->second;
}

Job *Jobs::findByToken(QByteArrayView tokenText)
{
    const std::optional<CallbackToken> token = CallbackToken::fromText(tokenText);
    if (!token)
        return nullptr;
    const auto it = m_byLookup.find(token->lookup);
    if (it == m_byLookup.end())
        return nullptr;
    Job *job = find(it->second);
    const bool same = job && job->token->node == token->node && job->token->shard == token->shard &&
                      equalsInConstantTime(job->token->secret, token->secret);
    return same ? job : nullptr;
}

JobStep Jobs::apply(Job &job, JobEvent event, TimePoint now)
{
    const auto isOver = [](const JobStatus &status) {
        return status.state == JobState::Settled && !status.startInFlight;
    };
    const JobStatus before = job.status;
    const JobStep result = step(before, event);
    job.status = result.status;
    noteTimes(job, before, result, now);
    if (!isOver(before) && isOver(job.status))
        m_retained.push_back(job.key);
    if (result.actions.testFlag(JobAction::Settle))
        --m_held;
    return result;
}

void Jobs::noteTimes(Job &job, const JobStatus &before, const JobStep &step, TimePoint now)
{
    if (step.actions.testFlag(JobAction::SendStart)) {
        job.times.started = now;
        job.times.answered.reset();
    }
    if (before.startInFlight && !step.status.startInFlight)
        job.times.answered = now;
    if (!step.actions.testFlag(JobAction::Settle))
        return;
    job.times.settled = now;
    if (step.callback != CallbackOutcome::None)
        job.times.callback = now;
}

bool Jobs::keepResult(Job &job, const QByteArray &body)
{
    const std::int64_t bytes = m_retainedResultBytes - job.retainedResult.size() + body.size();
    if (bytes > m_limits.retainedBytes)
        return false;
    job.retainedResult = body;
    m_retainedResultBytes = bytes;
    return true;
}

void Jobs::forgetSurplus()
{
    while (static_cast<int>(m_retained.size()) > m_limits.retained)
        forgetOldest();
}

void Jobs::expire(TimePoint now)
{
    forgetSurplus();
    while (!m_retained.empty() && *m_jobs.at(m_retained.front()).times.settled + m_limits.retainedFor <= now)
        forgetOldest();
}

void Jobs::forgetOldest()
{
    const auto it = m_jobs.find(m_retained.front());
    m_retained.pop_front();
    if (m_forgetting)
        m_forgetting(it->second);
    m_retainedResultBytes -= it->second.retainedResult.size();
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

std::vector<const Job *> Jobs::lastRetained(int most) const
{
    const auto count = std::min(static_cast<std::ptrdiff_t>(most), std::ssize(m_retained));
    std::vector<const Job *> jobs;
    jobs.reserve(static_cast<std::size_t>(count));
    for (auto it = m_retained.end() - count; it != m_retained.end(); ++it)
        jobs.push_back(&m_jobs.at(*it));
    return jobs;
}

}  // namespace holdline
