// SPDX-License-Identifier: GPL-3.0-or-later
// The shipped profiles over real sockets: a client, the service, and an upstream that answers as its
// documentation says. tests/unit/profile/exchanges has what they say.
#include "core/profile/shippedprofiles.h"
#include "core/routing/routeset.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"
#include "tests/unit/profile/exchange.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QByteArray fieldsOf(const profile::HeaderFields &headers)
{
    QByteArray fields;
    for (const auto &[name, value] : headers)
        fields += name + ": " + value + "\r\n";
    return fields;
}

/// The token in a start, wherever the profile puts our address.
QByteArray tokenIn(const ScriptedServer::Arrival &arrival)
{
    static const QRegularExpression kToken(u"/callback/([A-Za-z0-9_-]{35})"_s);
    QByteArray text =
        QByteArray::fromPercentEncoding(arrival.head) + QByteArray::fromPercentEncoding(arrival.body);
    text.replace("\\/", "/");
    auto match = kToken.match(QString::fromLatin1(text));
    if (!match.hasMatch()) {
        static const QRegularExpression kBase64(u"webhooks=([A-Za-z0-9+/=_-]+)"_s);
        const QString encoded = kBase64.match(QString::fromLatin1(text)).captured(1);
        match = kToken.match(QString::fromLatin1(QByteArray::fromBase64(encoded.toLatin1())));
    }
    return match.captured(1).toLatin1();
}

/// One service before one upstream that speaks a recorded API.
class ApiWorld
{
public:
    explicit ApiWorld(const QString &name, bool isInsecure = true, bool asksSoon = false)
        : exchange(name),
          upstream(QHostAddress::LocalHost),
          m_service(upstream.url(), config(name, isInsecure, asksSoon))
    {
    }

    std::unique_ptr<RawHttpClient> request(const QByteArray &fields = {})
    {
        const RecordedMessage client(exchange.json["client"_L1].toObject());
        auto raw = std::make_unique<RawHttpClient>(m_service.port());
        raw->send(RawHttpClient::post(exchange.json["client"_L1].toObject()["target"_L1].toString().toUtf8(),
                                      client.body, fieldsOf(client.headers) + fields));
        return raw;
    }

    /// The upstream will answer the next request so.
    void enqueue(const QJsonObject &answer)
    {
        RecordedMessage message(answer);
        QByteArray fields = fieldsOf(message.headers);
        fields.replace(exchange.upstream, base());
        message.body.replace(exchange.upstream, base());
        upstream.enqueue({ScriptedServer::write(
            "HTTP/1.1 " + QByteArray::number(message.status) + " OK\r\n" + fields +
            "Content-Length: " + QByteArray::number(message.body.size()) + "\r\n\r\n" + message.body)});
    }

    std::unique_ptr<RawHttpClient> callBack(const QByteArray &token, const QJsonObject &recorded)
    {
        const RecordedMessage message(recorded);
        QByteArray target = "/callback/" + token;
        if (!message.suffix.isEmpty())
            target += '/' + message.suffix;
        if (!message.query.isEmpty())
            target += '?' + message.query;
        QByteArray bytes = RawHttpClient::post(target, message.body, fieldsOf(message.headers));
        if (message.method == "PUT")
            bytes.replace(0, 4, "PUT");
        auto raw = std::make_unique<RawHttpClient>(m_service.port());
        raw->send(bytes);
        return raw;
    }

    QByteArray base() const { return upstream.url(u"/"_s).toEncoded().chopped(1); }
    WholeService &service() { return m_service; }

    Exchange exchange;
    ScriptedServer upstream;

private:
    Config config(const QString &name, bool isInsecure, bool asksSoon)
    {
        auto profile = std::make_shared<profile::Profile>(*profile::shippedProfile(name));
        if (asksSoon)
            profile->status->first = profile->status->every = profile->status->longest = 10ms;
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = name.toLatin1();
        route.takesRest = true;
        route.profile = profile;
        route.upstream = upstream.url(u""_s);
        route.insecureCallbacks = isInsecure;
        set->routes.push_back(route);
        set->secrets = exchange.secrets;
        Config config = WholeService::quietConfig();
        config.routes = set;
        return config;
    }

    WholeService m_service;
};

void compareWithRecorded(const RawHttpClient &client, const QJsonObject &expected)
{
    QTRY_COMPARE(client.answerCount(), 1);
    const RawAnswer answer = client.answers().front();
    QCOMPARE(answer.status, expected["status"_L1].toInt());
    const QByteArray body = expected.contains("bodyBase64"_L1)
                                ? QByteArray::fromBase64(expected["bodyBase64"_L1].toString().toLatin1())
                                : expected["body"_L1].toString().toUtf8();
    QCOMPARE(answer.body, body);
    QCOMPARE(answer.headers.value("Content-Type"), expected["contentType"_L1].toString().toLatin1());
}

}  // namespace

class TestProfileService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What a client's request says reaches the upstream whole: a slash at the end of its path, and fields
    /// that are there twice.
    void theRequestTravelsWhole()
    {
        ApiWorld world(u"openfaas"_s);
        RawHttpClient client(world.service().port());
        client.send(RawHttpClient::post("/async-function/f/?a=b/", "x",
                                        "X-A: 1\r\nCookie: a=b\r\nx-a: 2\r\nCookie: c=d\r\nX-Hop: 1\r\n"
                                        "Connection: X-Hop\r\n"));
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        const ScriptedServer::Arrival arrival = world.upstream.arrivals().front();
        QVERIFY2(arrival.head.startsWith("POST /async-function/f/?a=b/ HTTP/1.1\r\n"),
                 arrival.head.constData());
        QCOMPARE(arrival.field("X-A"), "1, 2");
        QCOMPARE(arrival.field("Cookie"), "a=b; c=d");
        QCOMPARE(arrival.field("X-Hop"), "");
    }

    void callbacks_data()
    {
        QTest::addColumn<bool>("isInsecure");
        // Their signatures are over our address, or over a time that has passed.
        for (const char *name :
             {"replicate", "fal", "twilio-call", "mpesa", "mtn-momo", "ogc-processes", "openfaas"})
            QTest::newRow(name) << true;
        for (const char *name : {"apify", "deepgram"})
            QTest::newRow(name) << false;
    }

    /// Each callback of the record that ends a job, after all those that do not.
    void callbacks()
    {
        QFETCH(bool, isInsecure);
        const QString name = QString::fromLatin1(QTest::currentDataTag());
        ApiWorld world(name, isInsecure);
        const QJsonArray all = world.exchange.json["callbacks"_L1].toArray();
        int ended = 0;
        for (const QJsonValue &value : all) {
            const QJsonObject last = value.toObject();
            if (!last.contains("client"_L1))
                continue;
            world.enqueue(world.exchange.json["answer"_L1].toObject());
            const int before = world.upstream.arrivalCount();
            const auto client = world.request();
            QTRY_COMPARE(world.upstream.arrivalCount(), before + 1);
            const QByteArray token = tokenIn(world.upstream.arrivals().last());
            QCOMPARE(token.size(), 35);
            for (const QJsonValue &other : all) {
                const QJsonObject callback = other.toObject();
                const bool isForged = callback.contains("forged"_L1);
                if (callback.contains("client"_L1) || (isForged && isInsecure))
                    continue;
                const auto sender = world.callBack(token, callback);
                QTRY_COMPARE(sender->answerCount(), 1);
                const QJsonObject reply = callback["reply"_L1].toObject();
                if (isForged)
                    QVERIFY2(sender->status() == 401 || sender->status() == 503,
                             qPrintable(callback["name"_L1].toString()));
                else if (callback["outcome"_L1] == u"progress"_s)
                    QCOMPARE(sender->status(), reply["status"_L1].toInt());
                else
                    QVERIFY(sender->status() >= 400);
                QCOMPARE(client->answerCount(), 0);
            }
            const auto sender = world.callBack(token, last);
            compareWithRecorded(*client, last["client"_L1].toObject());
            QTRY_COMPARE(sender->answerCount(), 1);
            const QJsonObject reply = last["reply"_L1].toObject();
            QCOMPARE(sender->status(), reply["status"_L1].toInt());
            QCOMPARE(sender->answers().front().body, reply["body"_L1].toString().toUtf8());
            // Once more, as senders do.
            const auto again = world.callBack(token, last);
            QTRY_COMPARE(again->status(), reply["status"_L1].toInt());
            ++ended;
        }
        QVERIFY(ended > 0);
        QCOMPARE(world.service().metric("holdline_callbacks_total{result=\"duplicate\"}"), ended);
        QVERIFY(world.service().metric("holdline_route_jobs_total{route=\"" + name.toLatin1() +
                                       "\",outcome=\"completed\"}") >= 1);
    }

    void asking_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"replicate", "fal", "apify", "assemblyai", "mpesa", "mtn-momo",
                                 "ogc-processes", "poll-202", "twilio-call"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    /// No callback comes, and the upstream says how the job ended when it is asked.
    void asking()
    {
        QFETCH(QString, name);
        Exchange recorded(name);
        int ended = 0;
        for (const QJsonValue &value : recorded.json["asks"_L1].toArray()) {
            const QJsonObject ask = value.toObject();
            if (!ask.contains("client"_L1))
                continue;
            ApiWorld world(name, true, true);
            world.enqueue(recorded.json["answer"_L1].toObject());
            world.enqueue(ask["answer"_L1].toObject());
            if (ask.contains("resultAnswer"_L1))
                world.enqueue(ask["resultAnswer"_L1].toObject());
            const auto client = world.request();
            compareWithRecorded(*client, ask["client"_L1].toObject());
            if (QTest::currentTestFailed())
                return;
            ++ended;
        }
        QVERIFY(ended > 0);
    }

    void thinCallbacks()
    {
        ApiWorld world(u"assemblyai"_s, false);
        const QJsonObject ask = world.exchange.json["asks"_L1].toArray().first().toObject();
        world.enqueue(world.exchange.json["answer"_L1].toObject());
        const auto client = world.request();
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        const QByteArray token = tokenIn(world.upstream.arrivals().last());
        world.enqueue(ask["answer"_L1].toObject());
        const auto sender =
            world.callBack(token, world.exchange.json["callbacks"_L1].toArray().first().toObject());
        QTRY_COMPARE(sender->status(), 200);
        compareWithRecorded(*client, ask["client"_L1].toObject());
    }

    /// The main scenario: many requests at once, of one lane.
    void fiftyAtOnce()
    {
        ApiWorld world(u"openfaas"_s);
        world.upstream.setDefault(
            {ScriptedServer::write(ScriptedServer::answer(202, {}, "X-Call-Id: call-1\r\n"))});
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < 50; ++i)
            clients.push_back(world.request());
        QTRY_COMPARE(world.upstream.arrivalCount(), 50);
        std::vector<std::unique_ptr<RawHttpClient>> senders;
        const QJsonObject success = world.exchange.json["callbacks"_L1].toArray().first().toObject();
        for (const auto &arrival : world.upstream.arrivals()) {
            QJsonObject callback = success;
            QJsonObject headers = callback["headers"_L1].toObject();
            headers["X-Call-Id"_L1] = u"call-1"_s;
            callback["headers"_L1] = headers;
            senders.push_back(world.callBack(tokenIn(arrival), callback));
        }
        for (const auto &client : clients)
            QTRY_COMPARE(client->status(), 200);
    }

    void whatNoRouteTakes()
    {
        ApiWorld world(u"replicate"_s);
        RawHttpClient get(world.service().port());
        get.send(RawHttpClient::get("/v1/predictions"));
        QTRY_COMPARE(get.status(), 405);
        QCOMPARE(get.answers().front().headers.value("Allow"), "POST, OPTIONS");
        // Holdline's own addresses stay its own.
        RawHttpClient jobs(world.service().port());
        jobs.send(RawHttpClient::get("/v1/jobs?idempotency_key=x"));
        QTRY_COMPARE(jobs.status(), 200);
    }
};

HOLDLINE_TEST(TestProfileService)
#include "tst_profileservice.moc"
