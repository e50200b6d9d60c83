// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/statusqueries.h"

#include "core/job/share.h"

#include <QRandomGenerator>

#include <algorithm>

namespace holdline {

using std::chrono::milliseconds;

namespace {

/// The maximum time from sending a request to the end of its answer.
constexpr auto kAnswerTimeout = std::chrono::seconds(30);
/// The share of one of several upstreams in kMaxInFlight, in percent. See isWithinShare().
constexpr int kUpstreamShare = 80;
/// The pause before the next attempt while the circuit is open, or when the request cannot be made.
constexpr auto kClosedPause = std::chrono::seconds(1);

/// Returns a random time between 80 % and 120 % of the pause, so that jobs that began together are not asked
/// about at the same time.
Duration withJitter(milliseconds pause)
{
    return std::chrono::duration_cast<Duration>(pause *
                                                (0.8 + 0.4 * QRandomGenerator::global()->generateDouble()));
}

/// Returns a random time between 100 % and 120 % of the pause. It is never shorter, because the upstream has
/// asked for this pause.
Duration withDelay(milliseconds pause)
{
    return std::chrono::duration_cast<Duration>(pause *
                                                (1.0 + 0.2 * QRandomGenerator::global()->generateDouble()));
}

UpstreamCancel cancelResult(int status)
{
    if (status == 0)
        return UpstreamCancel::Failed;
    return status / 100 == 2 ? UpstreamCancel::Done : UpstreamCancel::Refused;
}

}  // namespace

StatusQueries::StatusQueries(const Jobs &jobs, LiveJobs &live, const RouteTable &routes, JobStarter &caller,
                             Handler handler)
    : m_jobs(jobs),
      m_live(live),
      m_routes(routes),
      m_caller(caller),
      m_handler(std::move(handler)),
      m_times([this](JobKey job) { due(job); })
{
    connect(&m_caller, &JobStarter::finished, this, &StatusQueries::onFinished);
}

bool StatusQueries::asksAbout(const Job &job) const
{
    if (job.route.isEmpty() || job.status.passThrough)
        return false;
    const Route *route = m_routes.byName(job.route);
    return route && route->canBeAsked();
}

void StatusQueries::begin(const Job &job)
{
    if (!asksAbout(job) || !m_asking.try_emplace(job.key).second)
        return;
    askLater(job.key, std::nullopt);
}

void StatusQueries::askNow(const Job &job)
{
    if (!asksAbout(job))
        return;
    Asked &asked = m_asking[job.key];
    if (asked.inFlight) {
        asked.again = true;
        return;
    }
    m_times.clear(job.key);
    due(job.key);
}

void StatusQueries::stop(JobKey job)
{
    if (m_asking.erase(job) == 0)
        return;
    m_times.clear(job);
    for (auto it = m_questions.begin(); it != m_questions.end();) {
        std::erase(it->second.due, job);
        it = it->second.due.empty() && it->second.inFlight == 0 ? m_questions.erase(it) : std::next(it);
    }
}

void StatusQueries::due(JobKey job)
{
    std::deque<JobKey> &due = m_questions[upstreamOf(job)].due;
    if (std::find(due.begin(), due.end(), job) == due.end())
        due.push_back(job);
    askNext();
}

QByteArray StatusQueries::upstreamOf(JobKey key) const
{
    const Job *job = m_jobs.find(key);
    const Route *route = job ? m_routes.byName(job->route) : nullptr;
    return route ? route->upstreamName() : QByteArray();
}

/// Returns whether one more request may be sent to an upstream that has `inFlight` requests under way.
bool StatusQueries::hasRoom(int inFlight) const
{
    const int share = m_routes.upstreamsInUse() > 1 ? kUpstreamShare : 100;
    return m_calls.size() < kMaxInFlight &&
           isWithinShare(inFlight, static_cast<std::int64_t>(m_calls.size()), kMaxInFlight, share);
}

/// Returns the next job to ask about: the first due job of the next upstream that may get one more request.
std::optional<JobKey> StatusQueries::takeDue()
{
    const auto mayAsk = [this](const auto &entry) {
        return !entry.second.due.empty() && hasRoom(entry.second.inFlight);
    };
    const auto after = m_questions.upper_bound(m_lastUpstream);
    auto next = std::find_if(after, m_questions.end(), mayAsk);
    if (next == m_questions.end())
        next = std::find_if(m_questions.begin(), after, mayAsk);
    if (next == m_questions.end() || !mayAsk(*next))
        return std::nullopt;
    m_lastUpstream = next->first;
    const JobKey job = next->second.due.front();
    next->second.due.pop_front();
    return job;
}

void StatusQueries::askNext()
{
    while (const auto key = takeDue()) {
        const Job *job = m_jobs.find(*key);
        const bool mayAsk = job && m_handler.mayAsk(*job);
        if (!mayAsk || !ask(*key, Kind::Status))
            m_times.setIn(*key, withJitter(kClosedPause));
    }
}

/// Sends a request about the job. Returns false when the request cannot be made.
bool StatusQueries::ask(JobKey key, Kind kind)
{
    const Job *job = m_jobs.find(key);
    const LiveJob *live = m_live.find(key);
    const Route *route = job ? m_routes.byName(job->route) : nullptr;
    if (!job || !live || !route)
        return false;
    StartCall call;
    const PendingStart &start = live->start;
    const bool isWritten =
        route->writeQuery(kind == Kind::Result ? Route::Query::Result : Route::Query::Status,
                          {start.clientMethod(), start.target, start.headers, start.request.body},
                          {job->id, job->upstreamId, job->upstreamLocation}, call);
    if (!isWritten)
        return false;
    Asked &asked = m_asking[key];
    asked.inFlight = true;
    ++asked.times;
    ++m_asked;
    send(std::move(call), {key, kind, upstreamOf(key)});
    return true;
}

bool StatusQueries::askLate(const Job &job, const QueryValues &values, const PendingStart &start,
                            std::function<void(const StartResult &)> done)
{
    const Route *route = m_routes.byName(job.route);
    const auto questions = m_questions.find(route ? route->upstreamName() : QByteArray());
    if (!route || !hasRoom(questions == m_questions.end() ? 0 : questions->second.inFlight) ||
        !m_handler.mayAsk(job))
        return false;
    return sendLate(
        std::make_shared<const LateQuestion>(LateQuestion{job.route, values, start, std::move(done)}),
        Kind::Status);
}

/// Sends a request about a job that has ended. Returns false when the request cannot be made.
bool StatusQueries::sendLate(std::shared_ptr<const LateQuestion> late, Kind kind)
{
    const Route *route = m_routes.byName(late->route);
    const PendingStart &start = late->start;
    StartCall call;
    if (!route || !route->writeQuery(kind == Kind::Result ? Route::Query::Result : Route::Query::Status,
                                     {start.clientMethod(), start.target, start.headers, start.request.body},
                                     late->values, call))
        return false;
    ++m_asked;
    send(std::move(call), {0, kind, route->upstreamName(), std::move(late)});
    return true;
}

void StatusQueries::send(StartCall call, Call about)
{
    const JobStarter::Ticket ticket = ++m_lastTicket;
    call.timeout = kAnswerTimeout;
    ++m_questions[about.upstream].inFlight;
    m_calls.emplace(ticket, std::move(about));
    m_caller.start(ticket, call);
}

void StatusQueries::onFinished(JobStarter::Ticket ticket, const StartResult &result)
{
    const auto found = m_calls.extract(ticket);
    if (!found)
        return;
    const auto [key, kind, upstream, late] = found.mapped();
    callEnded(upstream);
    if (kind == Kind::Cancel) {
        m_handler.cancelled(key, cancelResult(result.status), result.status);
        askNext();
        return;
    }
    const bool isCompleted = result.fate == StartFate::Accepted && result.report == JobReport::Completed;
    if (late) {
        const Route *route = m_routes.byName(late->route);
        const bool mustFetch = isCompleted && kind == Kind::Status && route && route->fetchesResult();
        if (!mustFetch || !sendLate(late, Kind::Result))
            late->done(result);
        askNext();
        return;
    }
    const auto asking = m_asking.find(key);
    if (asking == m_asking.end()) {
        askNext();
        return;  // the job has ended
    }
    asking->second.inFlight = false;
    const Job *job = m_jobs.find(key);
    const Route *route = job ? m_routes.byName(job->route) : nullptr;
    if (isCompleted && kind == Kind::Status && route && route->fetchesResult()) {
        if (!ask(key, Kind::Result))
            askLater(key, result.retryAfter);
    } else if (result.fate == StartFate::Accepted && result.report != JobReport::Progress) {
        stop(key);
        m_handler.answered(key, result);
    } else {
        askLater(key, result.retryAfter);
        if (result.fate == StartFate::Accepted)
            m_handler.answered(key, result);
    }
    askNext();
}

void StatusQueries::callEnded(const QByteArray &upstream)
{
    const auto found = m_questions.find(upstream);
    if (found != m_questions.end() && --found->second.inFlight == 0 && found->second.due.empty())
        m_questions.erase(found);
}

void StatusQueries::askLater(JobKey key, const std::optional<milliseconds> &retryAfter)
{
    const Job *job = m_jobs.find(key);
    const Route *route = job ? m_routes.byName(job->route) : nullptr;
    if (!route)
        return;
    Asked &asked = m_asking[key];
    if (std::exchange(asked.again, false)) {
        due(key);
        return;
    }
    // A Retry-After of 0 is ignored: requests without a pause would flood the upstream.
    if (retryAfter && retryAfter->count() > 0)
        m_times.setIn(key, withDelay(*retryAfter));
    else
        m_times.setIn(key, withJitter(route->pauseBeforeAsking(asked.times)));
}

void StatusQueries::cancel(const Job &job, const LiveJob &live, CancelReason reason)
{
    const Route *route = job.route.isEmpty() ? nullptr : m_routes.byName(job.route);
    if (!route || !route->cancelsFor(reason))
        return;
    if (!job.status.startInFlight) {
        sendCancel(job, *route, live.start);
        return;
    }
    const qsizetype bytes = live.start.request.body.size();
    if (m_waiting.size() >= kMaxWaiting || m_waitingBytes + bytes > kMaxWaitingBytes)
        m_handler.cancelled(job.key, UpstreamCancel::NotSent, 0);
    else if (m_waiting.try_emplace(job.key, WaitingCancel{live.start, reason}).second)
        m_waitingBytes += bytes;
}

void StatusQueries::endStart(JobKey key, const StartResult &result)
{
    const auto found = m_waiting.extract(key);
    if (!found)
        return;
    const PendingStart &start = found.mapped().start;
    m_waitingBytes -= start.request.body.size();
    const Job *job = m_jobs.find(key);
    const Route *route = job ? m_routes.byName(job->route) : nullptr;
    const bool runs = result.fate != StartFate::NotStarted && result.fate != StartFate::Rejected &&
                      result.report == JobReport::Progress;
    if (route && runs && route->cancelsFor(found.mapped().reason))
        sendCancel(*job, *route, start);
}

void StatusQueries::sendCancel(const Job &job, const Route &route, const PendingStart &start)
{
    StartCall call;
    const bool isWritten =
        m_calls.size() < kMaxCalls &&
        route.writeQuery(Route::Query::Cancel,
                         {start.clientMethod(), start.target, start.headers, start.request.body},
                         {job.id, job.upstreamId, job.upstreamLocation}, call);
    if (isWritten)
        send(std::move(call), {job.key, Kind::Cancel, upstreamOf(job.key)});
    else
        m_handler.cancelled(job.key, UpstreamCancel::NotSent, 0);
}

}  // namespace holdline
