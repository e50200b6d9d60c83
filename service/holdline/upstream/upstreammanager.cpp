// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/upstreammanager.h"

#include "service/httpclient/pooledaccessmanager.h"
#include "service/httpclient/tlsclient.h"

#include <QNetworkProxy>

namespace holdline {

using namespace Qt::StringLiterals;

TlsFiles tlsFiles(const Config &config)
{
    return {config.upstream.caFile, config.upstream.clientCertificate, config.upstream.clientKey};
}

Origin proxyOf(const Config &config)
{
    const QUrl &proxy = config.upstream.proxy;
    if (proxy.isEmpty())
        return {};
    return {proxy.host(QUrl::FullyEncoded), static_cast<quint16>(proxy.port()), false};
}

QString checkTlsFiles(const Config &config)
{
    const TlsFiles files = tlsFiles(config);
    if (files == TlsFiles())
        return {};
    const auto made = TlsClient::make(files);
    const QString *error = std::get_if<QString>(&made);
    if (!error)
        return {};
    // Loading only the file of the authorities shows which option has the error.
    const bool ofAuthorities = std::holds_alternative<QString>(TlsClient::make({files.authorities, {}, {}}));
    return (ofAuthorities ? u"upstream.ca_file: "_s
                          : u"upstream.client_certificate, upstream.client_key: "_s) +
           *error;
}

UpstreamManager::UpstreamManager(UpstreamTransport transport, const PoolOptions &options)
{
    if (transport == UpstreamTransport::Pooled) {
        auto pooled = std::make_unique<PooledAccessManager>(options);
        m_pooled = pooled.get();
        m_manager = std::move(pooled);
    } else {
        m_manager = std::make_unique<QNetworkAccessManager>();
        // Connects to the configured upstream directly, as PooledAccessManager does.
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
