// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/circuitbreaker.h"
#include "core/job/job.h"
#include "core/job/retrybudget.h"
#include "service/holdline/apis/routetable.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace holdline {

/// What protects one upstream from starts: its circuit breaker, and the budget of its retries.
struct UpstreamGuard
{
    QByteArray name;  ///< see RouteTable::upstreams()
    CircuitBreaker circuit;
    RetryBudget budget;
    std::optional<TimePoint> openSince;  ///< while the circuit is open
    std::set<JobKey> unfunded;           ///< jobs whose delay is over and that wait for the budget
};

/// The guards of all upstreams, one for each. An upstream that is down holds back no start to another one.
///
/// Life: configuration and routes must outlive it. References stay valid until reload(). Thread: one.
class UpstreamGuards
{
public:
    UpstreamGuards(const Config &config, const RouteTable &routes);

    /// The configuration or the routes have changed. An upstream that stays keeps its circuit and budget.
    /// Returns the jobs that waited for a budget. Now they wait for none.
    std::set<JobKey> reload();

    /// The guard of a job's upstream.
    UpstreamGuard &of(const Job &job) { return at(numberOf(job.route)); }
    const UpstreamGuard &of(const Job &job) const { return at(numberOf(job.route)); }
    UpstreamGuard &ofRoute(const QByteArray &route) { return at(numberOf(route)); }
    const UpstreamGuard &ofRoute(const QByteArray &route) const { return at(numberOf(route)); }
    UpstreamGuard &at(int upstream) { return *m_guards[static_cast<std::size_t>(upstream)]; }
    const UpstreamGuard &at(int upstream) const { return *m_guards[static_cast<std::size_t>(upstream)]; }
    int count() const { return static_cast<int>(m_guards.size()); }

    /// Calls `visit` for the upstreams of all routes that are configured.
    void forEachInUse(const std::function<void(const UpstreamGuard &)> &visit) const;

private:
    int numberOf(const QByteArray &route) const { return route.isEmpty() ? 0 : m_routes.upstreamOf(route); }

    const Config &m_config;
    const RouteTable &m_routes;
    std::vector<std::unique_ptr<UpstreamGuard>> m_guards;  ///< by the upstream's number, never empty
};

}  // namespace holdline
