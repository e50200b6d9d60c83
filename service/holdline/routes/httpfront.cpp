// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/routes/httpfront.h"

#include "core/base/urlpath.h"
#include "core/job/jobid.h"
#include "service/holdline/jobsapi/jobsapi.h"
#include "service/holdline/jobsapi/openapi.h"

#include <algorithm>

namespace holdline {

namespace {

/// True when the last segment of the path has the form of a callback token. One more slash at the end does
/// not matter.
bool endsInToken(QByteArrayView path)
{
    if (path.endsWith('/'))
        path.chop(1);
    return CallbackToken::fromText(lastSegment(path)).has_value();
}

/// True when a route of this path and a token might match a request to the jobs API.
bool mayShadow(const QByteArray &path)
{
    return path.startsWith("/v1");
}

void addCallbacks(HttpServer &server, const QByteArray &path, const RequestHandler &handler,
                  const HttpServer::Guard &guard = {})
{
    for (const char *method : {"POST", "PUT"})
        server.route(method, path + "/<arg>", handler, guard);
}

}  // namespace

HttpFront::HttpFront(const http::Limits &limits, const CallbackPaths &callbackPaths, RequestHandler start,
                     RequestHandler callback, QObject *parent)
    : QObject(parent),
      m_callbackPaths(callbackPaths),
      m_start(std::move(start)),
      m_callback(std::move(callback)),
      m_server(limits)
{
    connect(&m_server, &HttpServer::requestRefused, this, &HttpFront::requestRefused);
    // QHttpServer tries the routes in this order, so the most frequent route is first.
    for (const QByteArray &path : callbackPaths.known) {
        if (!mayShadow(path))
            addCallbacks(m_server, path, m_callback);
    }
    const auto isUsual = [this](const http::Request &) { return !m_routes || m_routes->servesUsual(); };
    for (const QByteArrayView path : kUsualPaths)
        m_server.route("POST", path.toByteArray(), m_start, isUsual);
    m_server.route("GET", "/openapi.json",
                   [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                       exchange->answer(openApiAnswer(m_linkBase ? m_linkBase(request) : QByteArray()));
                   });
    m_server.listener().setReserved([this](QByteArrayView path) {
        const auto isBelow = [path](const QByteArray &one) { return splitBelow(path, one).has_value(); };
        const CallbackPaths &paths = m_callbackPaths;
        return std::any_of(paths.known.begin(), paths.known.end(), isBelow) ||
               (std::any_of(paths.stripped.begin(), paths.stripped.end(), isBelow) &&
                (endsInToken(path) || isRegistered(path)));
    });
}

void HttpFront::serve(JobsApi &api)
{
    api.serve(m_server);
    for (const QByteArray &path : m_callbackPaths.known) {
        if (mayShadow(path))
            addCallbacks(m_server, path, m_callback);
    }
    const auto isCallback = [this](const http::Request &request) {
        return endsInToken(request.path()) || isRegistered(request.path());
    };
    for (const QByteArray &path : m_callbackPaths.stripped)
        addCallbacks(m_server, path, m_callback, isCallback);
}

void HttpFront::serve(const RouteTable &routes)
{
    m_routes = &routes;
    m_server.listener().setRefusals(
        [this](const http::Request &request, http::Response &response) { amendRefusal(request, response); });
    m_server.setChangingRoutes({[this](QByteArrayView path) {
                                    if (isCallbackWithSuffix(path))
                                        return QByteArrayList{"POST", "PUT"};
                                    const Route *route = m_routes->find(path);
                                    return route ? route->methods() : QByteArrayList();
                                },
                                [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                                    http::Request callback = request;
                                    callback.target = withoutLastSlash(request.target);
                                    if (isCallbackWithSuffix(callback.path()))
                                        m_callback(callback, std::move(exchange));
                                    else
                                        m_start(request, std::move(exchange));
                                }});
}

/// Changes the listener's 4xx for a callback into the answer that `never_4xx` wants. The listener refuses
/// unreadable and too large requests before the token is looked up, so the route of a token is unknown.
/// Therefore one route with `never_4xx` is enough for all tokens: a useless retry does no harm.
void HttpFront::amendRefusal(const http::Request &request, http::Response &response) const
{
    if (!m_routes || response.status < 400 || response.status >= 500 || !request.target.startsWith('/'))
        return;
    const QByteArray path = withoutLastSlash(request.path().toByteArray());
    const Route *route = nullptr;
    if (const auto registered = registeredAddress(*m_routes, m_callbackPaths, path))
        route = registered->route;
    else if (endsInToken(path) || isCallbackWithSuffix(path))
        route = m_routes->withoutRefusals();
    if (route && route->never4xx())
        response = route->callbackAnswer(std::move(response));
}

bool HttpFront::isRegistered(QByteArrayView path) const
{
    return m_routes && registeredAddress(*m_routes, m_callbackPaths, path).has_value();
}

/// True for a callback address with more text behind its token, which a profile may have added, and for a
/// registered address.
bool HttpFront::isCallbackWithSuffix(QByteArrayView path) const
{
    return isRegistered(path) ||
           std::any_of(m_callbackPaths.known.begin(), m_callbackPaths.known.end(),
                       [path](const QByteArray &known) {
                           const auto split = splitBelow(path, known);
                           return split && !split->rest.isEmpty() && CallbackToken::fromText(split->segment);
                       });
}

}  // namespace holdline
