// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/apis/route.h"

#include <memory>
#include <vector>

namespace holdline {

/// All routes of the service. Without configured routes, the usual one serves the usual paths. References to
/// routes stay valid until the table is destroyed. Thread: one.
class RouteTable
{
public:
    explicit RouteTable(const Config &config);

    /// Takes new routes. Jobs of a route that is gone keep it. Jobs of one that changed go by its new form.
    void reload(const Config &config);

    const Route &usual() const { return m_usual; }
    /// True when the usual paths are served.
    bool servesUsual() const { return m_routes.empty(); }
    /// The route of this path: the one with the longest path. Null when none takes it.
    const Route *find(QByteArrayView path) const;
    /// The route of this name, also one that is gone. An empty name is the usual route. Null for a name that
    /// was never there.
    const Route *byName(QByteArrayView name) const;
    /// How many starts of a lane may be in flight. 0 when its route has no such limit, or when it is no
    /// route's.
    int startsOf(QByteArrayView lane) const;

private:
    using Routes = std::vector<std::unique_ptr<const Route>>;

    const Route m_usual;
    Routes m_routes;   ///< those with the longest path first
    Routes m_retired;  ///< no longer configured
};

}  // namespace holdline
