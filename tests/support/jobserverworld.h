// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofformat.h"
#include "service/jobserver/jobserver.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

#include <algorithm>
#include <memory>

namespace holdline::test {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

inline JobServerOptions quick()
{
    JobServerOptions options;
    options.duration = 5ms;
    options.seed = 7;
    options.secret = "secret";
    options.callbackBackoff = 1ms;
    return options;
}

inline QJsonObject parse(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

inline QByteArray text(const QJsonObject &object, const char *member)
{
    return object.value(QLatin1StringView(member)).toString().toUtf8();
}

inline ProofEntry entryIn(const QByteArray &json)
{
    const QJsonObject object = parse(json);
    return {text(object, "id"), text(object, "startedAt"), text(object, "proof")};
}

inline JobTime startedAt(const RawAnswer &answer)
{
    return parseStartedAt(entryIn(answer.body).startedAt).value_or(JobTime{});
}

/// A job server, raw HTTP clients of this server, and a receiver of callbacks that answers as Holdline does.
class World
{
public:
    explicit World(const JobServerOptions &options = quick()) : server(options)
    {
        receiver.setDefault(
            {ScriptedServer::write(ScriptedServer::answer(200, "{\"callback\":\"matched\"}"))});
        if (!server.listen(QHostAddress::LocalHost, 0))
            qFatal("cannot listen");
    }

    RawHttpClient *client()
    {
        m_clients.push_back(std::make_unique<RawHttpClient>(server.port()));
        return m_clients.back().get();
    }
    RawHttpClient *blocking(const QByteArray &account, const QByteArray &fields = {})
    {
        RawHttpClient *it = client();
        sendBlocking(*it, account, fields);
        return it;
    }
    RawHttpClient *async(const QByteArray &account)
    {
        RawHttpClient *it = client();
        sendAsync(*it, account);
        return it;
    }
    static void sendBlocking(RawHttpClient &client, const QByteArray &account, const QByteArray &fields = {})
    {
        client.send(RawHttpClient::post("/start", "{\"account\":\"" + account + "\",\"wait\":true}", fields));
    }
    void sendAsync(RawHttpClient &client, const QByteArray &account)
    {
        client.send(RawHttpClient::post(
            "/start",
            "{\"account\":\"" + account + "\",\"wait\":false,\"callback\":\"" + callbackUrl + "\"}"));
    }
    RawAnswer answerTo(const QByteArray &request)
    {
        RawHttpClient *it = client();
        it->send(request);
        if (!QTest::qWaitFor([it] { return it->answerCount() == 1; }))
            return {};
        return it->answers().front();
    }
    QByteArray callback(int index) const { return receiver.arrivals().value(index).body; }

    JobServer server;
    ScriptedServer receiver;
    const QByteArray callbackUrl = receiver.url(u"/callback/tok"_s).toEncoded();

private:
    std::vector<std::unique_ptr<RawHttpClient>> m_clients;
};

inline JobServerOptions always(Fault fault)
{
    JobServerOptions options = quick();
    options.faults[fault] = 100;
    return options;
}

}  // namespace holdline::test
