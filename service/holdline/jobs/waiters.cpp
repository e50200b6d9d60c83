// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/waiters.h"

#include <algorithm>

namespace holdline {

Waiters::Waiters(Handler handler)
    : m_handler(std::move(handler)), m_deadlines([this](WaiterId id) { m_handler.due(id); })
{
}

Waiters::~Waiters() = default;

WaiterId Waiters::add(Waiter waiter, TimePoint deadline)
{
    const WaiterId id = ++m_last;
    connect(waiter.exchange.get(), &Exchange::clientGone, this, [this, id] { left(id); });
    m_byJob[waiter.job].push_back(id);
    m_waiters.emplace(id, std::move(waiter));
    m_deadlines.set(id, deadline);
    return id;
}

Waiter *Waiters::find(WaiterId id)
{
    const auto found = m_waiters.find(id);
    return found == m_waiters.end() ? nullptr : &found->second;
}

std::optional<Waiter> Waiters::take(WaiterId id)
{
    auto node = m_waiters.extract(id);
    if (!node)
        return std::nullopt;
    m_deadlines.clear(id);
    const auto list = m_byJob.find(node.mapped().job);
    std::erase(list->second, id);
    if (list->second.empty())
        m_byJob.erase(list);
    node.mapped().exchange->disconnect(this);
    return std::move(node.mapped());
}

std::vector<Waiter> Waiters::takeAll(JobKey job)
{
    std::vector<Waiter> all;
    for (const WaiterId id : of(job))
        all.push_back(*take(id));
    return all;
}

int Waiters::countOf(JobKey job) const
{
    const auto list = m_byJob.find(job);
    return list == m_byJob.end() ? 0 : static_cast<int>(list->second.size());
}

std::vector<WaiterId> Waiters::of(JobKey job) const
{
    const auto list = m_byJob.find(job);
    return list == m_byJob.end() ? std::vector<WaiterId>() : list->second;
}

void Waiters::left(WaiterId id)
{
    auto waiter = take(id);
    // We are inside a signal of the exchange.
    waiter->exchange.release()->deleteLater();
    m_handler.gone(*waiter);
}

}  // namespace holdline
