// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/upstreammanager.h"

#include "service/httpclient/pooledaccessmanager.h"

#include <QNetworkProxy>

namespace holdline {

UpstreamManager::UpstreamManager(UpstreamTransport transport, const PoolOptions &options)
{
    if (transport == UpstreamTransport::Pooled) {
        auto pooled = std::make_unique<PooledAccessManager>(options);
        m_pooled = pooled.get();
        m_manager = std::move(pooled);
    } else {
        m_manager = std::make_unique<QNetworkAccessManager>();
        // Like PooledAccessManager, it goes to the configured upstream directly.
        m_manager->setProxy(QNetworkProxy::NoProxy);
    }
}

UpstreamManager::~UpstreamManager() = default;

void UpstreamManager::setOptions(const PoolOptions &options)
{
    if (m_pooled)
        m_pooled->setOptions(options);
}

std::optional<int> UpstreamManager::connectionCount() const
{
    return m_pooled ? std::optional(m_pooled->connectionCount()) : std::nullopt;
}

}  // namespace holdline
