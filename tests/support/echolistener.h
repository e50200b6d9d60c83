// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/httplistener.h"

#include <QTest>

#include <vector>

namespace holdline::test {

/// An HttpListener on a port that the system picks. Requests for /held… are held until answerHeld(). All
/// other requests get the response body `target|body` at once.
class EchoListener
{
public:
    explicit EchoListener(const http::Limits &limits = {}) : listener(limits)
    {
        QObject::connect(&listener, &http::HttpListener::requestReceived, &listener,
                         [this](http::ExchangeId exchange, const http::Request &request) {
                             ++count;
                             last = request;
                             if (request.target.startsWith("/held"))
                                 held.push_back(exchange);
                             else
                                 listener.respond(exchange, echo(request));
                         });
        QObject::connect(&listener, &http::HttpListener::exchangeAborted, &listener,
                         [this](http::ExchangeId exchange) { aborted.push_back(exchange); });
        QObject::connect(&listener, &http::HttpListener::connectionClosed, &listener, [this] { ++closed; });
        QObject::connect(&listener, &http::HttpListener::requestRefused, &listener,
                         [this](int status) { refused.push_back(status); });
        QVERIFY(listener.listen(QHostAddress::LocalHost, 0));
    }

    static http::Response echo(const http::Request &request)
    {
        return {200, {{"Content-Type", "text/plain"}}, request.target + '|' + request.body, false};
    }

    quint16 port() const { return listener.port(); }
    int heldCount() const { return static_cast<int>(held.size()); }
    void answerHeld(const QByteArray &body = "done")
    {
        for (const http::ExchangeId exchange : std::exchange(held, {}))
            listener.respond(exchange, {200, {}, body, false});
    }

    http::HttpListener listener;
    int count = 0;
    http::Request last;
    std::vector<http::ExchangeId> held;
    std::vector<http::ExchangeId> aborted;
    std::vector<int> refused;
    int closed = 0;
};

}  // namespace holdline::test
