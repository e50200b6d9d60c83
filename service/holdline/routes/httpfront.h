// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/httpserver/httpserver.h"

namespace holdline {

class JobsApi;

/// The routes of the main listener: starts of clients, callbacks of the upstream, the jobs API, and the
/// description of all of them, /openapi.json.
///
/// Life: what the two handlers call must outlive it. Destroying it closes every connection.
class HttpFront : public QObject
{
    Q_OBJECT

public:
    /// `callbackPath` is the path of the callback URL given to upstreams, "/callback" as a rule; callbacks
    /// are served there and at /callback, and may use the listener's reserved connections.
    HttpFront(const http::Limits &limits, const QByteArray &callbackPath, RequestHandler start,
              RequestHandler callback, QObject *parent = nullptr);

    /// Adds the jobs API, which must outlive this; before the listener listens.
    void serve(JobsApi &api);

    std::vector<std::pair<QByteArray, QByteArray>> routes() const { return m_server.routes(); }
    http::HttpListener &listener() { return m_server.listener(); }

Q_SIGNALS:
    /// A request for a path or method that is not served.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    HttpServer m_server;
};

}  // namespace holdline
