// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/httpclient/pooloptions.h"

#include <memory>
#include <optional>

class QNetworkAccessManager;

namespace holdline {

class PooledAccessManager;

/// Returns the configured TLS files for https upstreams.
TlsFiles tlsFiles(const Config &config);
/// Returns the configured proxy for https upstreams. The host is empty when no proxy is configured.
Origin proxyOf(const Config &config);

/// Checks that the files of tlsFiles() can be used. Returns an error message that begins with the option's
/// name. Returns an empty string when the files are good, or when no option names a file.
QString checkTlsFiles(const Config &config);

/// Makes the QNetworkAccessManager selected by `upstream.transport`: a PooledAccessManager, or Qt's own for
/// comparison. Qt's own manager ignores PoolOptions. It opens at most six connections per host for all
/// accounts together, runs them in another thread and does not report their number.
///
/// Owns the manager. Used by one thread.
class UpstreamManager
{
public:
    UpstreamManager(UpstreamTransport transport, const PoolOptions &options);
    ~UpstreamManager();

    QNetworkAccessManager *manager() const { return m_manager.get(); }
    void setOptions(const PoolOptions &options);
    /// Returns the number of connections that are open or being opened. Empty when the manager does not
    /// report it.
    std::optional<int> connectionCount() const;

private:
    std::unique_ptr<QNetworkAccessManager> m_manager;
    PooledAccessManager *m_pooled =
        nullptr;  ///< the same manager when it is a PooledAccessManager, otherwise null
};

}  // namespace holdline
