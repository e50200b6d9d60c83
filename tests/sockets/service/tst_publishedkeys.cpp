// SPDX-License-Identifier: GPL-3.0-or-later
// Callbacks of the profile fal, verified with keys that Holdline fetches from a URL. The keys are fetched,
// changed, missing, or cannot be reached.
#include "core/profile/shippedprofiles.h"
#include "core/profile/signatures.h"
#include "core/profile/signing.h"
#include "core/routing/routeset.h"
#include "service/holdline/credentials/credentialfetcher.h"
#include "tests/support/asking.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"
#include "tests/support/tlscertificates.h"
#include "tests/support/wholeservice.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kPatienceMs = 15'000;

QByteArray seed(char fill)
{
    return QByteArray(profile::kEd25519KeyBytes, fill);
}

ScriptedServer::Script keySet(const QByteArray &fills, const QByteArray &fields = {})
{
    profile::PublicKeys keys;
    for (const char fill : fills)
        keys.push_back(profile::ed25519PublicKey(seed(fill)));
    return {ScriptedServer::write(ScriptedServer::answer(200, profile::formatKeySet(keys), fields))};
}

/// fal, the publisher of its keys, and the service.
class FalWorld
{
public:
    explicit FalWorld(const ScriptedServer::Script &keys, int threads = 1,
                      std::shared_ptr<TlsServer> tls = nullptr, const QString &authority = {})
    {
        publisher.setDefault(keys);
        publisher.setTls(std::move(tls));
        upstream.setDefault({ScriptedServer::write(ScriptedServer::answer(200, R"({"request_id":"r1"})"))});
        m_config = WholeService::quietConfig();
        m_config.server.threads = std::max(m_config.server.threads, threads);
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = "fal";
        route.takesRest = true;
        route.profile = {std::shared_ptr<void>(), profile::shippedProfile(u"fal"_s)};
        route.upstream = upstream.url(u""_s);
        route.jwks = publisher.url(u"/jwks.json"_s).toEncoded();
        route.lane = {LaneSource::Kind::Value, {}};
        route.lane.value.kind = profile::Locator::Kind::Header;
        route.lane.value.name = "X-Lane";
        set->routes.push_back(route);
        m_config.routes = set;
        m_config.upstream.caFile = authority;
        m_service = std::make_unique<WholeService>(upstream.url(), m_config);
    }

    /// Sends a client's request that waits for its job, and stores the callback's token in `token`.
    std::unique_ptr<RawHttpClient> request(const QByteArray &lane = "a")
    {
        auto client = std::make_unique<RawHttpClient>(m_service->port());
        const int before = upstream.arrivalCount();
        client->send(RawHttpClient::post("/fal-ai/flux", "{}", "X-Lane: " + lane + "\r\n"));
        if (!QTest::qWaitFor([&] { return upstream.arrivalCount() > before; }))
            return client;
        static const QRegularExpression kToken(u"/callback/([A-Za-z0-9_-]{35})"_s);
        token =
            kToken
                .match(QString::fromLatin1(QByteArray::fromPercentEncoding(upstream.arrivals().last().head)))
                .captured(1)
                .toLatin1();
        return client;
    }

    /// Sends a callback. Each one differs, because the same callback for another job would be a replay.
    std::unique_ptr<RawHttpClient> callBack(char key)
    {
        const QByteArray user = "u" + QByteArray::number(++callbacks);
        const QByteArray body = R"({"request_id":"r1","status":"OK","payload":{"x":1}})";
        const QByteArray now = QByteArray::number(QDateTime::currentSecsSinceEpoch());
        const QByteArray signedText = "r1\n" + user + '\n' + now + '\n' + profile::sha256(body).toHex();
        const QByteArray fields = "X-Fal-Webhook-Request-Id: r1\r\nX-Fal-Webhook-User-Id: " + user +
                                  "\r\nX-Fal-Webhook-Timestamp: " + now + "\r\nX-Fal-Webhook-Signature: " +
                                  profile::signEd25519(seed(key), signedText).toHex() +
                                  "\r\nContent-Type: application/json\r\n";
        auto sender = std::make_unique<RawHttpClient>(m_service->port());
        sender->send(RawHttpClient::post("/callback/" + token, body, fields));
        return sender;
    }

    void reload() { m_service->service().reload(m_config); }
    double metric(const QByteArray &name) { return m_service->metric("holdline_" + name); }

    ScriptedServer publisher;
    ScriptedServer upstream;
    QByteArray token;
    int callbacks = 0;

private:
    Config m_config;
    std::unique_ptr<WholeService> m_service;
};

}  // namespace

class TestPublishedKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void verified()
    {
        FalWorld world(keySet("ab"));
        // The keys are fetched before any callback arrives.
        QTRY_COMPARE(world.publisher.arrivalCount(), 1);
        QVERIFY(world.publisher.arrivals().front().head.startsWith("GET /jwks.json HTTP/1.1\r\n"));
        const auto client = world.request();
        const auto sender = world.callBack('b');
        QTRY_COMPARE(sender->status(), 200);
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(client->answers().front().body, R"({"x":1})");
        QCOMPARE(world.publisher.arrivalCount(), 1);
        QCOMPARE(world.metric("key_sets_missing"), 0);
        QCOMPARE(world.metric("key_set_fetches_total{result=\"fetched\"}"), 1);
    }

    void waitsForTheFirstKeys_data()
    {
        QTest::addColumn<int>("threads");
        QTest::newRow("one thread") << 1;
        QTest::newRow("four threads") << 4;
    }

    void waitsForTheFirstKeys()
    {
        QFETCH(int, threads);
        FalWorld world({ScriptedServer::hold(), keySet("a").front()}, threads);
        for (const char *lane : {"a", "b", "c", "d", "e", "f"}) {
            const auto client = world.request(lane);
            const auto sender = world.callBack('a');
            if (lane[0] == 'a') {
                QTRY_COMPARE(world.metric("callbacks_waiting_for_keys"), 1);
                QCOMPARE(sender->answerCount(), 0);
                QCOMPARE(client->answerCount(), 0);
                world.publisher.releaseAll();
            }
            QTRY_COMPARE(sender->status(), 200);
            QTRY_COMPARE(client->status(), 200);
        }
        QCOMPARE(world.publisher.arrivalCount(), 1);
        QCOMPARE(world.metric("callbacks_waiting_for_keys"), 0);
    }

    void rotation_data() { waitsForTheFirstKeys_data(); }

    void rotation()
    {
        QFETCH(int, threads);
        FalWorld world(keySet("a"), threads);
        QTRY_COMPARE(world.metric("key_sets_missing"), 0);
        world.publisher.setDefault(keySet("b"));
        for (const char *lane : {"a", "b", "c", "d", "e", "f"}) {
            const auto client = world.request(lane);
            const auto sender = world.callBack('b');
            QTRY_COMPARE(sender->status(), 200);
            QTRY_COMPARE(client->status(), 200);
        }
        // The first callback with the new key caused the fetch.
        QCOMPARE(world.publisher.arrivalCount(), 2);
        // The old key is not accepted any more, in every thread.
        for (const char *lane : {"a", "b", "c"}) {
            const auto client = world.request(lane);
            const auto sender = world.callBack('a');
            QTRY_COMPARE(sender->status(), 401);
            QCOMPARE(client->answerCount(), 0);
        }
    }

    /// Many callbacks with an unknown key cause only few fetches.
    void unknownKey()
    {
        FalWorld world(keySet("a"));
        const auto client = world.request();
        constexpr int kForged = 12;
        for (int i = 0; i < kForged; ++i) {
            const auto sender = world.callBack('x');
            QTRY_COMPARE(sender->status(), 401);
        }
        QVERIFY(world.publisher.arrivalCount() <= 1 + CredentialFetcher::kRenewals);
        QVERIFY(world.publisher.arrivalCount() > 1);
        QCOMPARE(client->answerCount(), 0);
        QCOMPARE(world.metric("callbacks_total{result=\"unauthorised\"}"), kForged);
        // The right key is still accepted.
        const auto sender = world.callBack('a');
        QTRY_COMPARE(sender->status(), 200);
        QTRY_COMPARE(client->status(), 200);
    }

    void brokenAnswers_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("too large") << ScriptedServer::answer(200, QByteArray(100'000, ' '));
        QTest::newRow("endless") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        QTest::newRow("an error") << ScriptedServer::answer(500, {});
        QTest::newRow("no keys") << ScriptedServer::answer(200, R"({"keys":[]})");
        QTest::newRow("HTML") << ScriptedServer::answer(200, "<html></html>");
        QTest::newRow("a redirect") << ScriptedServer::answer(302, {}, "Location: https://example.org/\r\n");
        QTest::newRow("not HTTP") << QByteArray("garbage\r\n\r\n");
    }

    /// A failed fetch is repeated, and the callback waits for it. The callback is never accepted without
    /// verification.
    void brokenAnswers()
    {
        QFETCH(QByteArray, answer);
        const bool isEndless = qstrcmp(QTest::currentDataTag(), "endless") == 0;
        FalWorld world(
            isEndless
                ? ScriptedServer::Script{ScriptedServer::write(answer),
                                         ScriptedServer::flood("1000\r\n" + QByteArray(0x1000, ' ') + "\r\n")}
                : ScriptedServer::Script{ScriptedServer::write(answer), ScriptedServer::close()});
        QTRY_VERIFY(world.metric("key_set_fetches_total{result=\"failed\"}") >= 1);
        QCOMPARE(world.metric("key_sets_missing"), 1);
        const auto client = world.request();
        const auto sender = world.callBack('a');
        QTRY_COMPARE(world.metric("callbacks_waiting_for_keys"), 1);
        QCOMPARE(sender->answerCount(), 0);
        world.publisher.setDefault(keySet("a"));
        QTRY_COMPARE_WITH_TIMEOUT(sender->status(), 200, kPatienceMs);
        QTRY_COMPARE(client->status(), 200);
    }

    void outOfReach()
    {
        FalWorld world(keySet("a"));
        QTRY_COMPARE(world.metric("key_sets_missing"), 0);
        // Known keys stay in use when their publisher cannot be reached.
        world.publisher.stopListening();
        world.publisher.closeAll();
        world.reload();
        QTRY_VERIFY(world.metric("key_set_fetches_total{result=\"failed\"}") >= 1);
        const auto client = world.request();
        const auto known = world.callBack('a');
        QTRY_COMPARE(known->status(), 200);
        QTRY_COMPARE(client->status(), 200);
        // This callback may be forged or signed with a newer key. Holdline cannot tell, so the sender must
        // send it again.
        const auto held = world.request();
        const auto unknown = world.callBack('b');
        QTRY_COMPARE_WITH_TIMEOUT(unknown->status(), 503, kPatienceMs);
        const RawAnswer answer = unknown->answers().front();
        QVERIFY(answer.headers.contains("Retry-After"));
        QVERIFY2(answer.body.contains("keys_unavailable"), answer.body.constData());
        QCOMPARE(held->answerCount(), 0);
        QCOMPARE(world.metric("callbacks_without_keys_total"), 1);
        QCOMPARE(world.metric("callbacks_total{result=\"unauthorised\"}"), 0);
    }

    void overTls()
    {
        TlsAuthority authority;
        FalWorld world(keySet("a"), 1, std::make_shared<TlsServer>(authority.issue()), authority.file());
        const auto client = world.request();
        const auto sender = world.callBack('a');
        QTRY_COMPARE(sender->status(), 200);
        QTRY_COMPARE(client->status(), 200);
    }

    /// Keys from a server with an untrusted certificate are not used.
    void overTlsOfAStranger()
    {
        TlsAuthority authority;
        TlsAuthority stranger("Somebody else");
        FalWorld world(keySet("a"), 1, std::make_shared<TlsServer>(stranger.issue()), authority.file());
        QTRY_VERIFY(world.metric("key_set_fetches_total{result=\"failed\"}") >= 1);
        const auto client = world.request();
        const auto sender = world.callBack('a');
        QTRY_COMPARE(world.metric("callbacks_waiting_for_keys"), 1);
        QCOMPARE(world.publisher.arrivalCount(), 0);
        QCOMPARE(client->answerCount(), 0);
    }

    void reloadFetchesAgain()
    {
        FalWorld world(keySet("a"));
        QTRY_COMPARE(world.metric("key_sets_missing"), 0);
        world.publisher.setDefault(keySet("b"));
        world.reload();
        QTRY_COMPARE(world.metric("key_set_fetches_total{result=\"fetched\"}"), 2);
        const auto client = world.request();
        const auto sender = world.callBack('b');
        QTRY_COMPARE(sender->status(), 200);
        QCOMPARE(world.publisher.arrivalCount(), 2);
    }
};

HOLDLINE_TEST(TestPublishedKeys)
#include "tst_publishedkeys.moc"
