// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/pooloptions.h"

#include <memory>
#include <optional>

class QNetworkAccessManager;

namespace holdline {

class PooledAccessManager;

/// The QNetworkAccessManager that `upstream.transport` asks for: a PooledAccessManager, or Qt's own to
/// compare with or to fall back on. Of PoolOptions, Qt's own takes nothing: it opens at most six connections
/// per host for whatever account, has a thread for them, and tells nobody how many there are.
///
/// Owns the manager; one thread.
class UpstreamManager
{
public:
    UpstreamManager(UpstreamTransport transport, const PoolOptions &options);
    ~UpstreamManager();

    QNetworkAccessManager *manager() const { return m_manager.get(); }
    void setOptions(const PoolOptions &options);
    /// Open or opening; nothing when it is not known.
    std::optional<int> connectionCount() const;

private:
    std::unique_ptr<QNetworkAccessManager> m_manager;
    PooledAccessManager *m_pooled = nullptr;  ///< the same, if it is one
};

}  // namespace holdline
