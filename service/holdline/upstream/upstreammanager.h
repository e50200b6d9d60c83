// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/httpclient/pooloptions.h"

#include <memory>
#include <optional>

class QNetworkAccessManager;

namespace holdline {

class PooledAccessManager;

/// The files of an https upstream.
TlsFiles tlsFiles(const Config &config);
/// The proxy of https upstreams. Without a host when there is none.
Origin proxyOf(const Config &config);

/// Reads these files. Returns an error for people that begins with the option, or nothing. Also nothing when
/// no option names a file.
QString checkTlsFiles(const Config &config);

/// The QNetworkAccessManager selected by `upstream.transport`: a PooledAccessManager, or Qt's own for
/// comparison. Qt's own ignores PoolOptions. It opens at most six connections per host for
/// all accounts together, runs them in a thread and does not report their number.
///
/// Owns the manager. Lives in one thread.
class UpstreamManager
{
public:
    UpstreamManager(UpstreamTransport transport, const PoolOptions &options);
    ~UpstreamManager();

    QNetworkAccessManager *manager() const { return m_manager.get(); }
    void setOptions(const PoolOptions &options);
    /// Connections open or opening. Empty when the manager does not report them.
    std::optional<int> connectionCount() const;

private:
    std::unique_ptr<QNetworkAccessManager> m_manager;
    PooledAccessManager *m_pooled =
        nullptr;  ///< the same manager when it is a PooledAccessManager, otherwise null
};

}  // namespace holdline
