// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/httpserver/httpserver.h"

#include <QStringList>

namespace holdline {

/// What the admin listener asks the service for.
struct AdminSource
{
    /// Why the service is not ready, in words for people; empty: it is ready.
    std::function<QStringList()> notReady;
    /// Calls back, at once or later, with the whole metrics page, Prometheus text format 0.0.4.
    std::function<void(std::function<void(const QByteArray &)>)> metrics;
};

class DeadLetterService;

/// The routes of the admin listener: /livez, /readyz, /metrics, /version and /v1/dead-letters. Loopback by
/// default; has no authentication of its own.
class AdminFront : public QObject
{
    Q_OBJECT

public:
    /// The desk must outlive it.
    AdminFront(AdminSource source, DeadLetterService &letters, int maxConnections, QObject *parent = nullptr);

    http::HttpListener &listener() { return m_server.listener(); }

private:
    AdminSource m_source;
    HttpServer m_server;
};

}  // namespace holdline
