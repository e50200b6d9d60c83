// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/apis/route.h"

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace holdline {

/// The paths of the usual route.
inline constexpr std::array<QByteArrayView, 3> kUsualPaths{"/start", "/", "/proxy"};

/// All routes of the service. Without configured routes, the usual one serves the usual paths. References to
/// routes stay valid until reload(). Thread: one.
///
/// Numbers the upstreams: routes with the same scheme, host and port have one together. Number 0 is the usual
/// route's. reload() changes numbers, and names stay.
class RouteTable
{
public:
    explicit RouteTable(const Config &config);

    /// Takes new routes. Jobs of a route that is gone keep it, while it is one of the last hundred. Jobs of
    /// one that changed go by its new form.
    void reload(const Config &config);

    const Route &usual() const { return m_usual; }
    /// True when the usual paths are served.
    bool servesUsual() const { return m_routes.empty(); }
    /// True when there are other routes than the usual one, or were before a reload.
    bool hasRoutes() const { return !m_routes.empty() || !m_retired.empty(); }
    /// The route of this path: the one with the longest path. Null when none takes it.
    const Route *find(QByteArrayView path) const;
    /// The route of this name, also one that is gone. An empty name is the usual route. Null for a name that
    /// was never there.
    const Route *byName(QByteArrayView name) const;
    /// The route of this name whose callbacks come to `<callback path>/<name>`, also one that is gone. Null
    /// when there is none.
    const Route *registered(QByteArrayView name) const;
    bool hasRegistered() const { return m_hasRegistered; }
    /// A route for whose callbacks no refusal may be a 4xx, or null.
    const Route *withoutRefusals() const;
    /// The rules of a lane. Empty when it is no route's.
    std::optional<LaneRules> rulesOf(QByteArrayView lane) const;

    /// The names of all upstreams by number: Route::upstreamName().
    const std::vector<QByteArray> &upstreams() const { return m_upstreams; }
    /// The number of the upstream of this route; of the usual one for an unknown name.
    int upstreamOf(QByteArrayView route) const;
    /// True for the upstream of a route that is configured.
    bool isInUse(int upstream) const { return m_inUse.contains(upstream); }
    int upstreamsInUse() const { return static_cast<int>(m_inUse.size()); }

private:
    struct Entry
    {
        std::unique_ptr<const Route> route;
        int upstream = 0;
    };
    using Routes = std::vector<Entry>;

    const Entry *entryOf(QByteArrayView name) const;
    void numberUpstreams(const Config &config);

    const Route m_usual;
    Routes m_routes;   ///< those with the longest path first
    Routes m_retired;  ///< no longer configured
    std::vector<QByteArray> m_upstreams;
    std::set<int> m_inUse;  ///< numbers of upstreams
    bool m_hasRegistered = false;
};

}  // namespace holdline
