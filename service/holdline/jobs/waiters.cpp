// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/waiters.h"

#include "service/holdline/answers/apianswers.h"

#include <algorithm>

namespace holdline {

namespace {

WaiterList::iterator find(WaiterList &list, std::uint64_t number)
{
    return std::find_if(list.begin(), list.end(),
                        [number](const Waiter &waiter) { return waiter.number == number; });
}

}  // namespace

Waiters::Waiters(LiveJobs &jobs, Handler handler)
    : m_jobs(jobs), m_handler(std::move(handler)), m_deadlines([this](const WaiterId &id) {
          LiveJob *job = m_jobs.find(id.job);
          if (!job)
              return;
          const auto waiter = find(job->waiters, id.number);
          if (waiter != job->waiters.end())
              m_handler.due(*job, *waiter);
      })
{
}

WaiterId Waiters::add(LiveJob &job, Waiter &&waiter, std::optional<TimePoint> deadline)
{
    const WaiterId id{job.key, ++m_last};
    waiter.number = id.number;
    waiter.hasDeadline = deadline.has_value();
    connect(waiter.exchange.get(), &Exchange::clientGone, this, [this, id] { left(id); });
    job.waiters.push_back(std::move(waiter));
    ++m_count;
    if (deadline)
        m_deadlines.set(id, *deadline);
    return id;
}

std::optional<Waiter> Waiters::take(LiveJob &job, std::uint64_t number)
{
    const auto at = find(job.waiters, number);
    if (at == job.waiters.end())
        return std::nullopt;
    Waiter waiter = std::move(*at);
    job.waiters.erase(at);
    --m_count;
    if (waiter.hasDeadline)
        m_deadlines.clear({job.key, number});
    return waiter;
}

WaiterList Waiters::takeAll(LiveJob &job)
{
    WaiterList all = std::move(job.waiters);
    job.waiters.clear();
    m_count -= static_cast<int>(all.size());
    for (const Waiter &waiter : all) {
        if (waiter.hasDeadline)
            m_deadlines.clear({job.key, waiter.number});
    }
    return all;
}

std::vector<Waiter> Waiters::takeDue(LiveJob &job)
{
    std::vector<std::uint64_t> numbers;
    for (const Waiter &waiter : job.waiters) {
        if (waiter.isDue)
            numbers.push_back(waiter.number);
    }
    std::vector<Waiter> due;
    for (const std::uint64_t number : numbers)
        due.push_back(*take(job, number));
    return due;
}

void Waiters::answer(Waiter &waiter, const http::Response &response, Reason reason, const QByteArray &account)
{
    waiter.exchange->answer(waiter.links.isEmpty() ? response : withLinkBase(response, waiter.links));
    Q_EMIT answered({reason, response.status, response.headers.value("Holdline-Job"), account,
                     waiter.requestId, waiter.client, Clock::now() - waiter.since, waiter.joined,
                     waiter.route});
}

void Waiters::left(WaiterId id)
{
    LiveJob *job = m_jobs.find(id.job);
    auto waiter = job ? take(*job, id.number) : std::nullopt;
    if (!waiter)
        return;
    // The exchange is deleted later, because this function runs inside a signal of that exchange.
    waiter->exchange.release()->deleteLater();
    m_handler.gone(*job, *waiter);
}

}  // namespace holdline
