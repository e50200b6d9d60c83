// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/upstreamguards.h"

#include <algorithm>
#include <utility>

namespace holdline {

namespace {

CircuitBreaker::Limits circuitLimits(const Config &config)
{
    return {config.circuit.failures, config.circuit.accounts, config.circuit.probeAfter,
            config.circuit.openFor};
}

RetryBudget::Limits budgetLimits(const Config &config)
{
    RetryBudget::Limits limits;
    limits.percent = config.retry.budget;
    return limits;
}

}  // namespace

UpstreamGuards::UpstreamGuards(const Config &config, const RouteTable &routes)
    : m_config(config), m_routes(routes)
{
    reload();
}

std::set<JobKey> UpstreamGuards::reload()
{
    auto old = std::exchange(m_guards, {});
    std::set<JobKey> waiting;
    for (const auto &guard : old)
        waiting.merge(guard->unfunded);
    for (const QByteArray &name : m_routes.upstreams()) {
        const auto known = std::find_if(old.begin(), old.end(),
                                        [&name](const auto &guard) { return guard && guard->name == name; });
        if (known == old.end()) {
            m_guards.push_back(std::make_unique<UpstreamGuard>(UpstreamGuard{
                name, CircuitBreaker(circuitLimits(m_config)), RetryBudget(budgetLimits(m_config)), {}, {}}));
            continue;
        }
        (*known)->circuit.setLimits(circuitLimits(m_config));
        (*known)->budget.setLimits(budgetLimits(m_config));
        m_guards.push_back(std::move(*known));
    }
    return waiting;
}

void UpstreamGuards::forEachInUse(const std::function<void(const UpstreamGuard &)> &visit) const
{
    for (int upstream = 0; upstream < count(); ++upstream) {
        if (m_routes.isInUse(upstream))
            visit(at(upstream));
    }
}

}  // namespace holdline
