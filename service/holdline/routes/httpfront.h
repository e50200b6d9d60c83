// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/apis/callbackpaths.h"
#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/jobsapi/jobsapi.h"

namespace holdline {

/// Serves the routes of the main listener: starts of clients, callbacks of the upstream, the jobs API and
/// their description, /openapi.json.
///
/// Life: the objects that the two handlers use must outlive it. The destructor closes every connection.
class HttpFront : public QObject
{
    Q_OBJECT

public:
    /// Callbacks are served at these paths. They may use the listener's reserved connections.
    HttpFront(const http::Limits &limits, const CallbackPaths &callbackPaths, RequestHandler start,
              RequestHandler callback, QObject *parent = nullptr);

    /// Adds the configured routes, which may change while the service runs. With them, the usual paths of
    /// starts are not served. `routes` must outlive this object.
    void serve(const RouteTable &routes);
    /// See JobsApi::LinkBase. For /openapi.json.
    void setLinkBase(JobsApi::LinkBase base) { m_linkBase = std::move(base); }
    /// Adds the jobs API, and the callback paths that must not hide it, before the listener starts. `api`
    /// must outlive this object.
    void serve(JobsApi &api);

    std::vector<std::pair<QByteArray, QByteArray>> routes() const { return m_server.routes(); }
    http::HttpListener &listener() { return m_server.listener(); }

Q_SIGNALS:
    /// A request had an unknown path or method.
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
