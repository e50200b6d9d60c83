// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/routetable.h"

#include <algorithm>

namespace holdline {

namespace {

/// Routes that are gone and still known.
constexpr std::size_t kMaxRetired = 100;

}  // namespace

RouteTable::RouteTable(const Config &config)
{
    reload(config);
}

void RouteTable::reload(const Config &config)
{
    for (auto &route : m_routes)
        m_retired.push_back(std::move(route));
    m_routes.clear();
    if (config.routes) {
        // The secrets live as long as their set.
        const std::shared_ptr<const profile::Secrets> secrets(config.routes, &config.routes->secrets);
        for (const RouteConfig &route : config.routes->routes)
            m_routes.push_back(std::make_unique<const Route>(route, secrets));
    }
    std::stable_sort(m_routes.begin(), m_routes.end(), [](const auto &a, const auto &b) {
        return a->config().path.size() > b->config().path.size();
    });
    // Running jobs go by the new form of their route.
    std::erase_if(m_retired, [this](const auto &old) {
        return std::any_of(m_routes.begin(), m_routes.end(),
                           [&old](const auto &route) { return route->name() == old->name(); });
    });
    if (m_retired.size() > kMaxRetired)
        m_retired.erase(m_retired.begin(), m_retired.end() - kMaxRetired);
}

const Route *RouteTable::find(QByteArrayView path) const
{
    const auto found = std::find_if(m_routes.begin(), m_routes.end(),
                                    [path](const auto &route) { return route->takes(path); });
    return found == m_routes.end() ? nullptr : found->get();
}

int RouteTable::startsOf(QByteArrayView lane) const
{
    const qsizetype slash = lane.indexOf('/');
    const Route *route = byName(slash < 0 ? lane : lane.first(slash));
    if (!route || route->isUsual())
        return 0;
    return route->startsPerLane();
}

const Route *RouteTable::byName(QByteArrayView name) const
{
    if (name.isEmpty())
        return &m_usual;
    for (const Routes *routes : {&m_routes, &m_retired}) {
        const auto found = std::find_if(routes->begin(), routes->end(),
                                        [name](const auto &route) { return route->name() == name; });
        if (found != routes->end())
            return found->get();
    }
    return nullptr;
}

}  // namespace holdline
