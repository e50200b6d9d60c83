// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/routetable.h"

#include <algorithm>

namespace holdline {

namespace {

/// The most routes that are kept after they were removed from the configuration.
constexpr std::size_t kMaxRetired = 100;

}  // namespace

RouteTable::RouteTable(const Config &config)
{
    reload(config);
}

void RouteTable::reload(const Config &config)
{
    for (Entry &entry : m_routes)
        m_retired.push_back(std::move(entry));
    m_routes.clear();
    if (config.routes) {
        // Shares the ownership of the route set, which owns the secrets.
        const std::shared_ptr<const profile::Secrets> secrets(config.routes, &config.routes->secrets);
        for (const RouteConfig &route : config.routes->routes)
            m_routes.push_back(
                {std::make_unique<const Route>(
                     route, route.secretNames.empty()
                                ? secrets
                                : std::make_shared<const profile::Secrets>(secretsOf(route, *secrets))),
                 0});
    }
    std::stable_sort(m_routes.begin(), m_routes.end(), [](const Entry &a, const Entry &b) {
        return a.route->config().path.size() > b.route->config().path.size();
    });
    // Jobs of a route that is configured again use the route's new configuration.
    std::erase_if(m_retired, [this](const Entry &old) {
        return std::any_of(m_routes.begin(), m_routes.end(),
                           [&old](const Entry &entry) { return entry.route->name() == old.route->name(); });
    });
    if (m_retired.size() > kMaxRetired)
        m_retired.erase(m_retired.begin(), m_retired.end() - kMaxRetired);
    m_hasRegistered = false;
    for (const Routes *routes : {&m_routes, &m_retired}) {
        for (const Entry &entry : *routes)
            m_hasRegistered = m_hasRegistered || entry.route->isRegistered();
    }
    numberUpstreams(config);
}

void RouteTable::numberUpstreams(const Config &config)
{
    m_upstreams = {originOf(config.upstream.url)};
    m_inUse.clear();
    const auto number = [this](Entry &entry) {
        const QByteArray &name = entry.route->upstreamName();
        const auto known = std::find(m_upstreams.begin(), m_upstreams.end(), name);
        entry.upstream = static_cast<int>(known - m_upstreams.begin());
        if (known == m_upstreams.end())
            m_upstreams.push_back(name);
        return entry.upstream;
    };
    for (Entry &entry : m_routes)
        m_inUse.insert(number(entry));
    for (Entry &entry : m_retired)
        number(entry);
    if (servesUsual())
        m_inUse.insert(0);
}

const Route *RouteTable::find(QByteArrayView path) const
{
    const auto found = std::find_if(m_routes.begin(), m_routes.end(),
                                    [path](const Entry &entry) { return entry.route->takes(path); });
    return found == m_routes.end() ? nullptr : found->route.get();
}

const Route *RouteTable::registered(QByteArrayView name) const
{
    const Route *route = m_hasRegistered && !name.isEmpty() ? byName(name) : nullptr;
    return route && route->isRegistered() ? route : nullptr;
}

const Route *RouteTable::withoutRefusals() const
{
    for (const Routes *routes : {&m_routes, &m_retired}) {
        const auto found = std::find_if(routes->begin(), routes->end(),
                                        [](const Entry &entry) { return entry.route->never4xx(); });
        if (found != routes->end())
            return found->route.get();
    }
    return nullptr;
}

std::optional<LaneRules> RouteTable::rulesOf(QByteArrayView lane) const
{
    const qsizetype slash = lane.indexOf('/');
    const Entry *entry = entryOf(slash < 0 ? lane : lane.first(slash));
    if (!entry)
        return std::nullopt;
    LaneRules rules = entry->route->laneRules();
    rules.upstream = entry->upstream;
    return rules;
}

int RouteTable::upstreamOf(QByteArrayView route) const
{
    const Entry *entry = entryOf(route);
    return entry ? entry->upstream : 0;
}

const Route *RouteTable::byName(QByteArrayView name) const
{
    if (name.isEmpty())
        return &m_usual;
    const Entry *entry = entryOf(name);
    return entry ? entry->route.get() : nullptr;
}

/// Returns the route of this name, configured or not any more. Null for the usual route and unknown names.
const RouteTable::Entry *RouteTable::entryOf(QByteArrayView name) const
{
    if (name.isEmpty())
        return nullptr;
    for (const Routes *routes : {&m_routes, &m_retired}) {
        const auto found = std::find_if(routes->begin(), routes->end(),
                                        [name](const Entry &entry) { return entry.route->name() == name; });
        if (found != routes->end())
            return &*found;
    }
    return nullptr;
}

}  // namespace holdline
