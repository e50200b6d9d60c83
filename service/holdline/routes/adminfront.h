// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"
#include "service/holdline/httpserver/httpserver.h"

#include <QString>

#include <functional>
#include <vector>

namespace holdline {

/// A reason why some requests are refused or wait while others are served.
struct Degradation
{
    Reason reason = Reason::StoreUnavailable;
    QString detail;  ///< for people
};

/// The data of the service that the admin listener serves.
struct AdminSource
{
    /// True when new requests are refused because the service shuts down.
    std::function<bool()> isDraining;
    /// Calls its argument, at once or later, with the reasons why requests are refused or wait. The list is
    /// empty when there is no reason.
    std::function<void(std::function<void(const std::vector<Degradation> &)>)> degraded;
    /// True when /readyz answers 200 while durable jobs are refused.
    std::function<bool()> isReadyWhenDegraded;
    /// Calls its argument, at once or later, with the whole metrics page in Prometheus text format 0.0.4.
    std::function<void(std::function<void(const QByteArray &)>)> metrics;
};

class DeadLetterService;

/// Serves the routes of the admin listener: /livez, /readyz, /metrics, /version and /v1/dead-letters. The
/// listener has no authentication and listens on loopback by default.
class AdminFront : public QObject
{
    Q_OBJECT

public:
    /// `deadLetters` must outlive this object.
    AdminFront(AdminSource source, DeadLetterService &deadLetters, int maxConnections,
               QObject *parent = nullptr);

    http::HttpListener &listener() { return m_server.listener(); }

private:
    AdminSource m_source;
    HttpServer m_server;
};

}  // namespace holdline
