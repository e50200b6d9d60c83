// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/httpserver/httpserver.h"

namespace holdline {

class JobsApi;

/// Serves the routes of the main listener: starts of clients, callbacks of the upstream, the jobs API and
/// their description, /openapi.json.
///
/// Life: the objects that the two handlers use must outlive it. The destructor closes every connection.
class HttpFront : public QObject
{
    Q_OBJECT

public:
    /// `callbackPath` is the path of the callback URL that upstreams get, usually "/callback". Callbacks are
    /// served at this path and at /callback. They may use the listener's reserved connections.
    HttpFront(const http::Limits &limits, const QByteArray &callbackPath, RequestHandler start,
              RequestHandler callback, QObject *parent = nullptr);

    /// Adds the jobs API before the listener starts. `api` must outlive this object.
    void serve(JobsApi &api);

    std::vector<std::pair<QByteArray, QByteArray>> routes() const { return m_server.routes(); }
    http::HttpListener &listener() { return m_server.listener(); }

Q_SIGNALS:
    /// A request had an unknown path or method.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    HttpServer m_server;
};

}  // namespace holdline
