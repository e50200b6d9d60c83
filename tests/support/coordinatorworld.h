// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobs/jobcoordinator.h"
#include "tests/support/fakeexchange.h"
#include "tests/support/fakejobstarter.h"
#include "tests/support/fakejobstore.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

namespace holdline::test {

using namespace Qt::StringLiterals;

/// One client: its exchange, and the log of what the exchange sent.
struct Client
{
    std::shared_ptr<ExchangeLog> log = std::make_shared<ExchangeLog>();
    FakeExchange *exchange = nullptr;
};

inline http::Request post(const QByteArray &body, http::HeaderFields headers = {})
{
    http::Request request;
    request.method = "POST";
    request.target = "/start";
    request.headers = std::move(headers);
    request.body = body;
    request.requestId = "req-1";
    request.peer = "127.0.0.1:5000";
    return request;
}

inline QByteArray code(const http::Response &response)
{
    return QJsonDocument::fromJson(response.body).object().value("code"_L1).toString().toLatin1();
}

inline QByteArray header(const Client &client, const char *name)
{
    return client.log->answers.empty() ? QByteArray() : client.log->answers.front().headers.value(name);
}

inline Config quickConfig()
{
    Config config;
    config.retry.baseDelay = std::chrono::milliseconds(1);
    config.retry.maxDelay = std::chrono::milliseconds(2);
    return config;
}

/// A JobCoordinator whose neighbours are fakes: clients are FakeExchanges, the upstream is a FakeJobStarter,
/// and the store is a FakeJobStore.
struct CoordinatorWorld
{
    explicit CoordinatorWorld(const Config &config = quickConfig(), std::uint8_t shard = 0,
                              const std::shared_ptr<SharedCallbacks> &shared = {})
        : coordinator(config, "http://cb/callback", starter, queries, store, shard, shared)
    {
    }

    Client hold(const QByteArray &body = R"({"account":"a","wait":true})", http::HeaderFields headers = {})
    {
        Client client;
        auto exchange = std::make_unique<FakeExchange>(client.log);
        client.exchange = exchange.get();
        coordinator.hold(post(body, std::move(headers)), parseStart(body), std::move(exchange));
        return client;
    }
    /// Sends a client's request through the route of its path.
    Client holdRouted(const http::Request &request)
    {
        Client client;
        auto exchange = std::make_unique<FakeExchange>(client.log);
        client.exchange = exchange.get();
        coordinator.hold(request, coordinator.routes().find(request.path())->readRequest(request),
                         std::move(exchange));
        return client;
    }
    JobStarter::Ticket lastTicket() const { return starter.order.back(); }
    /// Returns the callback token in the body of a start request.
    static QByteArray tokenIn(const StartCall &call)
    {
        const QString url = QJsonDocument::fromJson(call.body).object().value("callback"_L1).toString();
        return url.mid(url.lastIndexOf(u'/') + 1).toLatin1();
    }
    /// Sends this request as a callback. The response may come later, in the log.
    std::shared_ptr<ExchangeLog> send(const QByteArray &token, const http::Request &request)
    {
        auto log = std::make_shared<ExchangeLog>();
        coordinator.callback(token, request, std::make_unique<FakeExchange>(log));
        return log;
    }
    static http::Request result(const QByteArray &id = "1f", const QByteArray &state = "completed")
    {
        return post("{\"id\":\"" + id + "\",\"state\":\"" + state + "\"}",
                    {{"Content-Type", "application/json"}});
    }
    /// Sends a callback and waits for the response.
    http::Response callback(const QByteArray &token, const QByteArray &id = "1f",
                            const QByteArray &state = "completed")
    {
        return answered(send(token, result(id, state)));
    }
    static http::Response answered(const std::shared_ptr<ExchangeLog> &log)
    {
        if (!QTest::qWaitFor([&log] { return !log->answers.empty(); }))
            return {};
        return log->answers.front();
    }

    FakeJobStarter starter;
    FakeJobStarter queries;
    FakeJobStore store;
    JobCoordinator coordinator;
};

}  // namespace holdline::test
