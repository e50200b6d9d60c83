// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/gate.h"

#include <QTest>

#include <vector>

namespace holdline::test {

/// A gate on a port of the system's choice. Requests for /held… wait for the test, others get `target|body`
/// at once.
class EchoGate
{
public:
    explicit EchoGate(const http::Limits &limits = {}) : gate(limits)
    {
        QObject::connect(&gate, &http::Gate::requestReceived, &gate,
                         [this](http::ExchangeId exchange, const http::Request &request) {
                             ++count;
                             last = request;
                             if (request.target.startsWith("/held"))
                                 held.push_back(exchange);
                             else
                                 gate.respond(exchange, echo(request));
                         });
        QObject::connect(&gate, &http::Gate::exchangeAborted, &gate,
                         [this](http::ExchangeId exchange) { aborted.push_back(exchange); });
        QObject::connect(&gate, &http::Gate::connectionClosed, &gate, [this] { ++closed; });
        QObject::connect(&gate, &http::Gate::requestRefused, &gate,
                         [this](int status) { refused.push_back(status); });
        QVERIFY(gate.listen(QHostAddress::LocalHost, 0));
    }

    static http::Response echo(const http::Request &request)
    {
        return {200, {{"Content-Type", "text/plain"}}, request.target + '|' + request.body, false};
    }

    quint16 port() const { return gate.port(); }
    int heldCount() const { return static_cast<int>(held.size()); }
    void answerHeld(const QByteArray &body = "done")
    {
        for (const http::ExchangeId exchange : std::exchange(held, {}))
            gate.respond(exchange, {200, {}, body, false});
    }

    http::Gate gate;
    int count = 0;
    http::Request last;
    std::vector<http::ExchangeId> held;
    std::vector<http::ExchangeId> aborted;
    std::vector<int> refused;
    int closed = 0;
};

}  // namespace holdline::test
