// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/routes/httpfront.h"

#include "service/holdline/jobsapi/jobsapi.h"
#include "service/holdline/jobsapi/openapi.h"

namespace holdline {

namespace {

constexpr auto kCallbackPath = "/callback";

}  // namespace

HttpFront::HttpFront(const http::Limits &limits, const QByteArray &callbackPath, RequestHandler start,
                     RequestHandler callback, QObject *parent)
    : QObject(parent), m_server(limits)
{
    connect(&m_server, &HttpServer::requestRefused, this, &HttpFront::requestRefused);
    // QHttpServer tries the routes in this order, so the most frequent route is first.
    m_server.route("POST", kCallbackPath + QByteArray("/<arg>"), callback);
    for (const char *path : {"/start", "/", "/proxy"})
        m_server.route("POST", path, start);
    m_server.listener().setReservedPath(callbackPath + '/');
    if (callbackPath != kCallbackPath)
        m_server.route("POST", callbackPath + "/<arg>", callback);
    m_server.route("GET", "/openapi.json", [](const http::Request &, std::unique_ptr<Exchange> exchange) {
        exchange->answer(openApiAnswer());
    });
}

void HttpFront::serve(JobsApi &api)
{
    api.serve(m_server);
}

}  // namespace holdline
