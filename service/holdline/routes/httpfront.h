// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/apis/callbackpaths.h"
#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/jobsapi/jobsapi.h"

namespace holdline {

/// Serves the routes of the main listener: start requests of clients, callbacks of the upstream, the jobs API
/// and their description, /openapi.json.
///
/// Lifetime: the objects that the two handlers use must outlive the front. The destructor closes every
/// connection.
class HttpFront : public QObject
{
    Q_OBJECT

public:
    /// Serves callbacks at `callbackPaths`. They may use the listener's reserved connections.
    HttpFront(const http::Limits &limits, const CallbackPaths &callbackPaths, RequestHandler start,
              RequestHandler callback, QObject *parent = nullptr);

    /// Adds the configured routes, which may change while the service runs. Unless RouteTable::servesUsual(),
    /// the usual paths of start requests are not served. `routes` must outlive this object.
    void serve(const RouteTable &routes);
    /// Sets the JobsApi::LinkBase for /openapi.json.
    void setLinkBase(JobsApi::LinkBase base) { m_linkBase = std::move(base); }
    /// Adds the jobs API, and then the callback paths that could otherwise hide its routes. Call this before
    /// the listener listens. `api` must outlive this object.
    void serve(JobsApi &api);

    std::vector<std::pair<QByteArray, QByteArray>> routes() const { return m_server.routes(); }
    http::HttpListener &listener() { return m_server.listener(); }

Q_SIGNALS:
    /// A request was refused, because its path or method is unknown.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    bool isRegistered(QByteArrayView path) const;
    bool isCallbackWithSuffix(QByteArrayView path) const;
    void amendRefusal(const http::Request &request, http::Response &response) const;

    const CallbackPaths m_callbackPaths;
    const RequestHandler m_start;
    const RequestHandler m_callback;
    const RouteTable *m_routes = nullptr;
    HttpServer m_server;
    JobsApi::LinkBase m_linkBase;
};

}  // namespace holdline
