// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/httpserver/httpserver.h"

#include <QStringList>

namespace holdline {

/// The data of the service that the admin listener serves.
struct AdminSource
{
    /// Returns the reasons why the service is not ready, for people. Empty when it is ready.
    std::function<QStringList()> notReady;
    /// Calls back, at once or later, with the whole metrics page in Prometheus text format 0.0.4.
    std::function<void(std::function<void(const QByteArray &)>)> metrics;
};

class DeadLetterService;

/// Serves the routes of the admin listener: /livez, /readyz, /metrics, /version and /v1/dead-letters. It has
/// no authentication and listens on loopback by default.
class AdminFront : public QObject
{
    Q_OBJECT

public:
    /// `deadLetters` must outlive it.
    AdminFront(AdminSource source, DeadLetterService &deadLetters, int maxConnections,
               QObject *parent = nullptr);

    http::HttpListener &listener() { return m_server.listener(); }

private:
    AdminSource m_source;
    HttpServer m_server;
};

}  // namespace holdline
