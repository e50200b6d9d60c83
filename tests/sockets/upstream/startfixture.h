// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/upstream/upstreamclient.h"
#include "service/httpclient/pooledaccessmanager.h"
#include "tests/support/scriptedserver.h"

#include <QHash>
#include <QTest>

#include <memory>

namespace holdline::test {

using namespace std::chrono_literals;

inline const QByteArray kRunning = R"({"state":"running","id":"4499a6e0c2ef4b98"})";

inline ScriptedServer::Script say(const QByteArray &bytes)
{
    return {ScriptedServer::write(bytes)};
}

inline ScriptedServer::Script sayAndClose(const QByteArray &bytes)
{
    return {ScriptedServer::write(bytes), ScriptedServer::close()};
}

inline StartCall call(const QByteArray &account = "a", std::chrono::milliseconds timeout = 20s)
{
    return {account,          {}, {},     "{\"account\":\"" + account + "\",\"wait\":false}",
            "job-" + account, {}, timeout};
}

/// An UpstreamClient with its access manager, pooled or stock, and the results that the client reported.
struct StartFixture
{
    explicit StartFixture(bool pooled, const QUrl &url, const UpstreamClient::Limits &limits = {},
                          const PoolOptions &options = {})
        : manager(pooled ? std::make_unique<PooledAccessManager>(options)
                         : std::make_unique<QNetworkAccessManager>()),
          client(manager.get(), url, limits)
    {
        QObject::connect(&client, &JobStarter::finished, &client,
                         [this](JobStarter::Ticket ticket, const StartResult &result) {
                             order << ticket;
                             results.insert(ticket, result);
                         });
    }

    std::unique_ptr<QNetworkAccessManager> manager;
    UpstreamClient client;
    QList<JobStarter::Ticket> order;
    QHash<JobStarter::Ticket, StartResult> results;
};

/// Adds the column `pooled`, for tests that run with both access managers.
inline void bothManagers()
{
    QTest::addColumn<bool>("pooled");
    QTest::newRow("pooled") << true;
    QTest::newRow("stock") << false;
}

}  // namespace holdline::test

Q_DECLARE_METATYPE(holdline::StartResult::Fate)

#define WAIT_RESULT(fixture, ticket) QTRY_VERIFY_WITH_TIMEOUT((fixture).results.contains(ticket), 20'000)
