// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/simulatedjobs.h"

#include "core/monitormessages/monitorcodec.h"

#include <algorithm>

namespace holdline::test {

using namespace monitor;

namespace {

constexpr auto kPatience = std::chrono::seconds(30);

template <typename Row>
void put(std::vector<Update> &updates, WallTime now, std::vector<Row> Update::*member, Row row)
{
    const auto rows = [](const Update &update) {
        return update.jobs.size() + update.ended.size() + update.callbacks.size() + update.lanes.size();
    };
    if (updates.empty() || rows(updates.back()) >= kMaxRowsPerUpdate)
        updates.emplace_back().at = now;
    (updates.back().*member).push_back(std::move(row));
}

}  // namespace

SimulatedJobs::SimulatedJobs(const Options &options) : m_options(options), m_random(options.seed)
{
    const WallTime now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    for (int i = 0; i < options.live; ++i) {
        JobRow row = makeJob(now - Milliseconds(20 * (options.live - i) / std::max(1, options.live / 1000)));
        for (int steps = m_random.bounded(3); steps > 0; --steps)
            step(row, now);
        m_live.push_back(std::move(row));
    }
}

JobRow SimulatedJobs::makeJob(WallTime now)
{
    JobRow row;
    row.id = QByteArray::number(m_random.generate64(), 16) + QByteArray::number(m_random.generate64(), 16);
    row.account = "account-" + QByteArray::number(m_random.bounded(m_options.accounts));
    row.created = now;
    row.deadline = now + kPatience;
    row.order = ++m_order;
    row.client = "127.0.0.1:" + QByteArray::number(20000 + m_random.bounded(30000));
    row.requestId = QByteArray::number(m_random.generate64(), 16);
    return row;
}

void SimulatedJobs::step(JobRow &row, WallTime now)
{
    if (row.state == RowState::Queued) {
        row.state = RowState::Starting;
        row.queue = now - row.created;
        row.attempts = 1;
    } else if (row.state == RowState::Starting) {
        row.state = RowState::Running;
        row.start = Microseconds(2'000 + m_random.bounded(9'000));
        row.upstreamId = QByteArray::number(m_random.generate64(), 16);
        ++m_starts[static_cast<std::size_t>(StartFate::Accepted)];
        m_took[static_cast<std::size_t>(Phase::Queue)].record(*row.queue);
        m_took[static_cast<std::size_t>(Phase::Start)].record(*row.start);
    }
}

JobRow SimulatedJobs::end(JobRow row, WallTime now)
{
    static constexpr std::array kOutcomes{Reason::Completed,    Reason::Completed,  Reason::Completed,
                                          Reason::Completed,    Reason::Completed,  Reason::Completed,
                                          Reason::JobFailed,    Reason::ClientGone, Reason::CallbackTimeout,
                                          Reason::UpstreamError};
    row.state = RowState::Ended;
    row.outcome = kOutcomes[m_random.bounded(quint32(kOutcomes.size()))];
    row.status = reasonInfo(*row.outcome).status;
    row.total = now - row.created;
    if (*row.outcome == Reason::Completed || *row.outcome == Reason::JobFailed)
        row.job = *row.total - row.queue.value_or(Microseconds{}) - row.start.value_or(Microseconds{});
    ++m_requests[static_cast<std::size_t>(*row.outcome)];
    m_took[static_cast<std::size_t>(Phase::Total)].record(*row.total);
    if (row.job)
        m_took[static_cast<std::size_t>(Phase::Job)].record(*row.job);
    return row;
}

Sample SimulatedJobs::makeSample(WallTime now)
{
    Sample sample;
    sample.at = now;
    sample.span = m_last.at == WallTime{} ? Microseconds{} : Microseconds(now - m_last.at);
    sample.requests = m_requests;
    sample.callbacks = m_callbacks;
    sample.starts = m_starts;
    sample.held = sample.heldPeak = static_cast<int>(m_live.size());
    sample.queued = static_cast<int>(std::count_if(
        m_live.begin(), m_live.end(), [](const JobRow &row) { return row.state == RowState::Queued; }));
    sample.lanes = m_options.accounts;
    sample.observers = 1;
    for (std::size_t i = 0; i < sample.phases.size(); ++i)
        sample.phases[i] = HistogramSlice::since(m_took[i], m_lastTook[i]);
    m_lastTook = m_took;
    m_last = sample;
    return sample;
}

std::vector<Update> SimulatedJobs::snapshot() const
{
    const WallTime now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    std::vector<Update> parts(1);
    parts.front().at = now;
    ServiceFacts &facts = parts.front().service.emplace();
    facts.version = "simulated";
    facts.startedAt = now;
    facts.listen = "127.0.0.1:3738";
    facts.deadline = kPatience;
    facts.heldLimit = 2 * m_options.live;
    for (const JobRow &row : m_live)
        put(parts, now, &Update::jobs, row);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].kind = Update::Kind::Snapshot;
        parts[i].part = static_cast<int>(i) + 1;
        parts[i].last = i + 1 == parts.size();
    }
    return parts;
}

std::vector<Update> SimulatedJobs::advance(WallTime now, Milliseconds span)
{
    std::vector<Update> updates;
    m_due += m_options.changesPerSecond * std::chrono::duration<double>(span).count();
    // Each pass makes four changes: it ends one job, adds one job, and advances two jobs.
    for (; m_due >= 4 && !m_live.empty(); m_due -= 4) {
        const auto any = [this] { return m_random.bounded(quint32(m_live.size())); };
        const auto leaving = m_live.begin() + std::min<std::ptrdiff_t>(any(), 200);
        CallbackRow callback{now, CallbackOutcome::Matched, leaving->id, leaving->upstreamId, "127.0.0.1",
                             120};
        ++m_callbacks[static_cast<std::size_t>(callback.outcome)];
        put(updates, now, &Update::callbacks, std::move(callback));
        put(updates, now, &Update::ended, end(*leaving, now));
        m_live.erase(leaving);
        m_live.push_back(makeJob(now));
        put(updates, now, &Update::jobs, m_live.back());
        for (int i = 0; i < 2; ++i) {
            JobRow &row = m_live[any()];
            step(row, now);
            put(updates, now, &Update::jobs, row);
        }
    }
    if (now - m_last.at >= std::chrono::seconds(1)) {
        if (updates.empty())
            updates.emplace_back().at = now;
        updates.back().sample = makeSample(now);
        for (int i = 0; i < m_options.accounts; ++i)
            put(updates, now, &Update::lanes,
                LaneRow{"account-" + QByteArray::number(i), m_random.bounded(20), 1, Microseconds(6'500),
                        Microseconds(130'000), false});
    }
    return updates;
}

}  // namespace holdline::test
