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

/// All routes of the service. Without configured routes, the usual route serves the usual paths. References
/// to routes stay valid until reload(). Thread: one.
///
/// Numbers the upstreams: routes with the same scheme, host and port share a number. Number 0 is the upstream
/// of the usual route. reload() may change the numbers, but not the names.
class RouteTable
{
public:
    explicit RouteTable(const Config &config);

    /// Replaces the routes by those of the configuration. A job whose route is no longer configured still
    /// uses that route; the last hundred such routes are retained. A job whose route has changed uses the new
    /// route of this name.
    void reload(const Config &config);

    const Route &usual() const { return m_usual; }
    /// True when the usual route serves its paths, because no routes are configured.
    bool servesUsual() const { return m_routes.empty(); }
    /// True when there are other routes than the usual one, or were before a reload.
    bool hasRoutes() const { return !m_routes.empty() || !m_retired.empty(); }
    /// Returns the route that accepts this path; of several routes, the one with the longest path. Null when
    /// no route accepts the path.
    const Route *find(QByteArrayView path) const;
    /// Returns the route of this name, also when it is not configured any more. An empty name means the usual
    /// route. Null for an unknown name.
    const Route *byName(QByteArrayView name) const;
    /// Returns the route of this name if its callbacks come to `<callback path>/<name>`, also when the route
    /// is not configured any more. Null when there is no such route.
    const Route *registered(QByteArrayView name) const;
    bool hasRegistered() const { return m_hasRegistered; }
    /// Returns a route whose callbacks must not be refused with a 4xx (Route::never4xx()). Null when there is
    /// none.
    const Route *withoutRefusals() const;
    /// Returns the rules of a lane by the lane's name. Returns nothing for a lane that belongs to no route.
    std::optional<LaneRules> rulesOf(QByteArrayView lane) const;

    /// The names of all upstreams by number: Route::upstreamName().
    const std::vector<QByteArray> &upstreams() const { return m_upstreams; }
    /// Returns the number of the upstream of this route; 0 for an unknown name.
    int upstreamOf(QByteArrayView route) const;
    /// True when a configured route uses this upstream.
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
