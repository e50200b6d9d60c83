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

/// The protection of one upstream from too many start requests: its circuit breaker and its retry budget.
struct UpstreamGuard
{
    QByteArray name;  ///< see RouteTable::upstreams()
    CircuitBreaker circuit;
    RetryBudget budget;
    std::optional<TimePoint> openSince;  ///< when the circuit opened; empty while it is closed
    std::set<JobKey> unfunded;  ///< jobs whose retry delay is over and that wait for the retry budget
};

/// The guards of all upstreams, one for each. So a failed upstream holds back no start request to another
/// one.
///
/// Life: configuration and routes must outlive this object. References stay valid until reload(). Thread:
/// one.
class UpstreamGuards
{
public:
    UpstreamGuards(const Config &config, const RouteTable &routes);

    /// Applies a changed configuration or changed routes. An upstream that still exists keeps its circuit and
    /// budget. Returns the jobs that waited for a budget. The caller must add them to a guard again.
    std::set<JobKey> reload();

    /// Returns the guard of the job's upstream.
    UpstreamGuard &of(const Job &job) { return at(numberOf(job.route)); }
    const UpstreamGuard &of(const Job &job) const { return at(numberOf(job.route)); }
    UpstreamGuard &ofRoute(const QByteArray &route) { return at(numberOf(route)); }
    const UpstreamGuard &ofRoute(const QByteArray &route) const { return at(numberOf(route)); }
    UpstreamGuard &at(int upstream) { return *m_guards[static_cast<std::size_t>(upstream)]; }
    const UpstreamGuard &at(int upstream) const { return *m_guards[static_cast<std::size_t>(upstream)]; }
    int count() const { return static_cast<int>(m_guards.size()); }

    /// Calls `visit` for each upstream of a configured route.
    void forEachInUse(const std::function<void(const UpstreamGuard &)> &visit) const;

private:
    int numberOf(const QByteArray &route) const { return route.isEmpty() ? 0 : m_routes.upstreamOf(route); }

    const Config &m_config;
    const RouteTable &m_routes;
    std::vector<std::unique_ptr<UpstreamGuard>> m_guards;  ///< by the upstream's number, never empty
};

}  // namespace holdline
