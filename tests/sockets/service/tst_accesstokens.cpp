// SPDX-License-Identifier: GPL-3.0-or-later
// Routes for which Holdline authenticates at the upstream: OAuth2 client credentials with the profile mpesa,
// and header fields from secret files.
#include "core/profile/shippedprofiles.h"
#include "core/routing/routeset.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QRegularExpression>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr char kSecret[] = "5ecretOfTheConsumer";

ScriptedServer::Script answer(int status, const QByteArray &body, const QByteArray &fields = {})
{
    return {ScriptedServer::write(ScriptedServer::answer(status, body, fields))};
}

ScriptedServer::Script token(const QByteArray &text, const QByteArray &expiresIn = "\"3599\"")
{
    return answer(200, "{\"access_token\":\"" + text + "\",\"expires_in\":" + expiresIn + "}");
}

ScriptedServer::Script accepted()
{
    return answer(200, R"({"ResponseCode":"0","CheckoutRequestID":"ws_1"})");
}

/// M-Pesa, its token endpoint (the issuer), and the service in front of both.
class MpesaWorld
{
public:
    explicit MpesaWorld(int threads = 1, std::chrono::milliseconds deadline = 30s, bool asksSoon = false)
    {
        issuer.setDefault(token("t1"));
        upstream.setDefault(accepted());
        auto profile = std::make_shared<profile::Profile>(*profile::shippedProfile(u"mpesa"_s));
        if (asksSoon)
            profile->status->first = profile->status->every = profile->status->longest = 10ms;
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = "mpesa";
        route.takesRest = true;
        route.profile = profile;
        route.upstream = upstream.url(u""_s);
        route.deadline = deadline;
        route.lane = {LaneSource::Kind::Value, {}};
        route.lane.value.kind = profile::Locator::Kind::Header;
        route.lane.value.name = "X-Lane";
        route.oauth2 =
            OAuth2Client{issuer.url(u"/oauth/v1/generate"_s).toEncoded() + "?grant_type=client_credentials",
                         {},
                         "consumer",
                         {},
                         {},
                         OAuth2Client::Style::Get};
        set->routes.push_back(route);
        set->secrets = {{"consumer", QByteArray("key:") + kSecret}, {"passkey", "pass"}};
        m_config = WholeService::quietConfig();
        m_config.server.threads = std::max(m_config.server.threads, threads);
        m_config.routes = set;
        m_service = std::make_unique<WholeService>(upstream.url(), m_config);
    }

    std::unique_ptr<RawHttpClient> request(const QByteArray &lane = "a")
    {
        auto client = std::make_unique<RawHttpClient>(m_service->port());
        client->send(RawHttpClient::post(
            "/mpesa/stkpush/v1/processrequest", R"({"BusinessShortCode":"174379"})",
            "Content-Type: application/json\r\nAuthorization: Bearer of-the-client\r\nX-Lane: " + lane +
                "\r\n"));
        return client;
    }

    std::unique_ptr<RawHttpClient> callBack(const ScriptedServer::Arrival &start)
    {
        static const QRegularExpression kToken(u"/callback/([A-Za-z0-9_-]{35})"_s);
        QByteArray body = start.body;
        const QByteArray found =
            kToken.match(QString::fromLatin1(body.replace("\\/", "/"))).captured(1).toLatin1();
        auto sender = std::make_unique<RawHttpClient>(m_service->port());
        sender->send(RawHttpClient::post(
            "/callback/" + found, R"({"Body":{"stkCallback":{"CheckoutRequestID":"ws_1","ResultCode":0}}})"));
        return sender;
    }

    QByteArray sentWith(int index) const { return upstream.arrivals().at(index).field("Authorization"); }
    double metric(const QByteArray &name) { return m_service->metric("holdline_" + name); }

    ScriptedServer issuer;
    ScriptedServer upstream;

private:
    Config m_config;
    std::unique_ptr<WholeService> m_service;
};

}  // namespace

class TestAccessTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fiftyAtOnce_data()
    {
        QTest::addColumn<int>("threads");
        QTest::newRow("one thread") << 1;
        QTest::newRow("four threads") << 4;
    }

    /// Fifty start requests at once all wait for one token.
    void fiftyAtOnce()
    {
        QFETCH(int, threads);
        MpesaWorld world(threads);
        world.issuer.setDefault({ScriptedServer::hold(), token("t1").front()});
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < 50; ++i)
            clients.push_back(world.request("lane" + QByteArray::number(i)));
        QTRY_COMPARE(world.metric("calls_waiting_for_token"), 50);
        QCOMPARE(world.upstream.arrivalCount(), 0);
        world.issuer.releaseAll();
        QTRY_COMPARE(world.upstream.arrivalCount(), 50);
        QCOMPARE(world.issuer.arrivalCount(), 1);
        const auto &asked = world.issuer.arrivals().front();
        QVERIFY(asked.head.startsWith("GET /oauth/v1/generate?grant_type=client_credentials HTTP/1.1\r\n"));
        QCOMPARE(asked.field("Authorization"), "Basic " + (QByteArray("key:") + kSecret).toBase64());
        for (int i = 0; i < 50; ++i)
            QCOMPARE(world.sentWith(i), "Bearer t1");
        std::vector<std::unique_ptr<RawHttpClient>> senders;
        for (const auto &start : world.upstream.arrivals())
            senders.push_back(world.callBack(start));
        for (const auto &client : clients)
            QTRY_COMPARE(client->status(), 200);
    }

    void expiry()
    {
        MpesaWorld world;
        world.issuer.enqueue(token("t1", "1"));
        world.issuer.enqueue(token("t2"));
        const auto first = world.request();
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        QTRY_VERIFY([&] {
            const int before = world.upstream.arrivalCount();
            const auto client = world.request();
            return QTest::qWaitFor([&] { return world.upstream.arrivalCount() > before; }) &&
                   world.sentWith(before) == "Bearer t2";
        }());
        QCOMPARE(world.issuer.arrivalCount(), 2);
    }

    void refusedToken()
    {
        MpesaWorld world;
        world.issuer.enqueue(token("old"));
        world.issuer.enqueue(token("new"));
        world.upstream.enqueue(answer(401, R"({"errorCode":"404.001.03"})"));
        const auto client = world.request();
        QTRY_COMPARE(world.upstream.arrivalCount(), 2);
        QCOMPARE(world.sentWith(0), "Bearer old");
        QCOMPARE(world.sentWith(1), "Bearer new");
        // Both requests have the same body.
        QCOMPARE(world.upstream.arrivals().at(0).body, world.upstream.arrivals().at(1).body);
        const auto sender = world.callBack(world.upstream.arrivals().last());
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(world.metric("tokens_refused_total"), 1);
    }

    /// When the upstream refuses every token, the issuer must not get a request for each start.
    void refusedAlways()
    {
        MpesaWorld world;
        world.upstream.setDefault(answer(401, "no", "WWW-Authenticate: Bearer\r\n"));
        for (int i = 0; i < 20; ++i) {
            const auto client = world.request();
            QTRY_COMPARE(client->status(), 401);
            QCOMPARE(client->answers().front().body, "no");
        }
        QVERIFY(world.issuer.arrivalCount() <= 6);
        QVERIFY(world.upstream.arrivalCount() <= 40);
    }

    void refusedClient()
    {
        MpesaWorld world;
        world.issuer.setDefault(
            answer(401, QByteArray(R"({"error":"invalid_client","error_description":")") + kSecret + "\"}"));
        const auto client = world.request();
        QTRY_COMPARE(client->status(), 502);
        const QByteArray body = client->answers().front().body;
        QVERIFY2(body.contains("upstream_unreachable") && body.contains("invalid_client"), body.constData());
        QVERIFY(!body.contains(kSecret));
        QCOMPARE(world.upstream.arrivalCount(), 0);
        QCOMPARE(world.metric("circuit_open"), 0);
    }

    void failures_data()
    {
        QTest::addColumn<ScriptedServer::Script>("script");
        QTest::newRow("malformed") << answer(200, "<html>");
        QTest::newRow("no token") << answer(200, R"({"expires_in":5})");
        QTest::newRow("a bad token") << answer(200, R"({"access_token":"a\r\nb"})");
        QTest::newRow("too large") << answer(200, QByteArray(100'000, ' '));
        QTest::newRow("busy") << answer(503, "");
        QTest::newRow("reset") << ScriptedServer::Script{ScriptedServer::reset()};
        QTest::newRow("closed") << ScriptedServer::Script{ScriptedServer::close()};
    }

    /// The start is retried until a token is available.
    void failures()
    {
        QFETCH(ScriptedServer::Script, script);
        MpesaWorld world;
        world.issuer.setDefault(script);
        const auto client = world.request();
        QTRY_VERIFY(world.metric("token_fetches_total{result=\"failed\"}") >= 1);
        QCOMPARE(world.upstream.arrivalCount(), 0);
        world.issuer.setDefault(token("t1"));
        QTRY_COMPARE_WITH_TIMEOUT(world.upstream.arrivalCount(), 1, 15'000);
        QCOMPARE(world.sentWith(0), "Bearer t1");
        const auto sender = world.callBack(world.upstream.arrivals().front());
        QTRY_COMPARE(client->status(), 200);
    }

    /// The issuer cannot be reached, so no job was started. The circuit stays closed, because it is about the
    /// upstream.
    void outOfReach()
    {
        MpesaWorld world(1, 1s);
        world.issuer.stopListening();
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < 20; ++i)
            clients.push_back(world.request("lane" + QByteArray::number(i)));
        for (const auto &client : clients)
            QTRY_VERIFY2(client->status() == 502 || client->status() == 504, client->received().constData());
        QCOMPARE(world.upstream.arrivalCount(), 0);
        QCOMPARE(world.metric("circuit_open"), 0);
        QCOMPARE(world.metric("calls_waiting_for_token"), 0);
    }

    /// When the issuer is slow, the client's deadline ends the request.
    void slow()
    {
        MpesaWorld world(1, 500ms);
        world.issuer.setDefault({ScriptedServer::hold()});
        const auto client = world.request();
        QTRY_VERIFY2(client->status() == 502 || client->status() == 504, client->received().constData());
        QCOMPARE(world.upstream.arrivalCount(), 0);
        QCOMPARE(world.metric("starts_in_flight"), 0);
    }

    void asking()
    {
        MpesaWorld world(1, 30s, true);
        const auto client = world.request();
        QTRY_VERIFY(world.upstream.arrivalCount() >= 2);
        QVERIFY(world.upstream.arrivals().at(1).head.contains("stkpushquery"));
        QCOMPARE(world.sentWith(1), "Bearer t1");
    }

    /// Other kinds of authentication, with and without a profile.
    void fieldsFromSecrets_data()
    {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("expected");
        const QString basic = u"Basic {base64:{secret:login}}"_s;
        const QByteArray encoded = "Basic " + QByteArray("me:pass").toBase64();
        QTest::newRow("header") << u"replicate"_s << u"Token {secret:login}"_s << QByteArray("Token me:pass");
        QTest::newRow("basic") << u"replicate"_s << basic << encoded;
        QTest::newRow("basic of a job server") << QString() << basic << encoded;
    }

    void fieldsFromSecrets()
    {
        QFETCH(QString, profile);
        QFETCH(QString, text);
        QFETCH(QByteArray, expected);
        ScriptedServer upstream;
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = "r";
        route.path = "/work";
        if (!profile.isEmpty())
            route.profile = {std::shared_ptr<void>(), profile::shippedProfile(profile)};
        route.insecureCallbacks = true;
        route.upstream = upstream.url(u"/x"_s);
        route.authorization = std::get<profile::Template>(profile::Template::parse(text));
        set->routes.push_back(route);
        set->secrets = {{"login", "me:pass"}};
        Config config = WholeService::quietConfig();
        config.routes = set;
        WholeService service(upstream.url(), config);
        RawHttpClient client(service.port());
        client.send(RawHttpClient::post("/work", R"({"account":"a","wait":true})",
                                        "Authorization: Bearer of-the-client\r\n"));
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        QCOMPARE(upstream.arrivals().front().field("Authorization"), expected);
        QCOMPARE(upstream.arrivals().front().head.count("uthorization:"), 1);
    }
};

HOLDLINE_TEST(TestAccessTokens)
#include "tst_accesstokens.moc"
