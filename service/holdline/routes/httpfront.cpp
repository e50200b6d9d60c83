// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/routes/httpfront.h"

#include "core/job/jobid.h"
#include "service/holdline/jobsapi/jobsapi.h"
#include "service/holdline/jobsapi/openapi.h"

#include <algorithm>

namespace holdline {

namespace {

/// One slash more at the end does not matter.
bool endsInToken(QByteArrayView path)
{
    if (path.endsWith('/'))
        path.chop(1);
    return CallbackToken::fromText(path.sliced(path.lastIndexOf('/') + 1)).has_value();
}

/// True when a route of this path and a token might match a request to the jobs API.
bool mayShadow(const QByteArray &path)
{
    return path.startsWith("/v1");
}

}  // namespace

HttpFront::HttpFront(const http::Limits &limits, const CallbackPaths &callbackPaths, RequestHandler start,
                     RequestHandler callback, QObject *parent)
    : QObject(parent), m_callbackPaths(callbackPaths), m_callback(std::move(callback)), m_server(limits)
{
    connect(&m_server, &HttpServer::requestRefused, this, &HttpFront::requestRefused);
    // QHttpServer tries the routes in this order, so the most frequent route is first.
    for (const QByteArray &path : callbackPaths.known) {
        if (!mayShadow(path))
            m_server.route("POST", path + "/<arg>", m_callback);
    }
    for (const char *path : {"/start", "/", "/proxy"})
        m_server.route("POST", path, start);
    m_server.route("GET", "/openapi.json",
                   [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                       exchange->answer(openApiAnswer(m_linkBase ? m_linkBase(request) : QByteArray()));
                   });
    m_server.listener().setReserved([paths = callbackPaths](QByteArrayView path) {
        const auto isBelow = [path](const QByteArray &one) { return path.startsWith(one + '/'); };
        return std::any_of(paths.known.begin(), paths.known.end(), isBelow) ||
               (std::any_of(paths.stripped.begin(), paths.stripped.end(), isBelow) && endsInToken(path));
    });
}

void HttpFront::serve(JobsApi &api)
{
    api.serve(m_server);
    for (const QByteArray &path : m_callbackPaths.known) {
        if (mayShadow(path))
            m_server.route("POST", path + "/<arg>", m_callback);
    }
    const auto hasToken = [](const http::Request &request) { return endsInToken(request.path()); };
    for (const QByteArray &path : m_callbackPaths.stripped)
        m_server.route("POST", path + "/<arg>", m_callback, hasToken);
}

}  // namespace holdline
