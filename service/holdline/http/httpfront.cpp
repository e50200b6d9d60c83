// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/http/httpfront.h"

#include "service/holdline/bridge.h"

namespace holdline {

namespace {

constexpr auto kCallbackPath = "/callback";

}  // namespace

HttpFront::HttpFront(const http::Limits &limits, const QByteArray &callbackPath, Bridge &bridge,
                     QObject *parent)
    : QObject(parent), m_server(limits)
{
    connect(&m_server, &HttpServer::requestRefused, this, &HttpFront::requestRefused);
    const auto hold = [&bridge](const http::Request &request, std::unique_ptr<Exchange> exchange) {
        bridge.hold(request, std::move(exchange));
    };
    const auto callback = [&bridge](const http::Request &request, std::unique_ptr<Exchange> exchange) {
        const QByteArrayView path = request.path();
        exchange->answer(bridge.callback(path.sliced(path.lastIndexOf('/') + 1), request));
    };
    // QHttpServer tries them in this order: what comes most often comes first.
    m_server.route("POST", kCallbackPath + QByteArray("/<arg>"), callback);
    for (const char *path : {"/start", "/", "/proxy"})
        m_server.route("POST", path, hold);
    m_server.gate().setReservedPath(callbackPath + '/');
    if (callbackPath != kCallbackPath)
        m_server.route("POST", callbackPath + "/<arg>", callback);
}

}  // namespace holdline
