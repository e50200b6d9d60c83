// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that keep a held client's connection alive, over raw sockets: QHttpServer, the listener and the
// shards are in between.
#include "tests/support/asking.h"
#include "tests/support/profiledroute.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr char kProfile[] = R"(name = "slow"
[start]
callback = "body:/hook"
job = "body:/id"
from_query = { "body:/n" = "{query:n}" }
[callback]
job = "body:/id"
state = "body:/status"
completed = ["done"]
failed = ["broken"]
[answer]
failed = { status = 422 }
keepalive = "15s"
)";

class SlowWorld
{
public:
    explicit SlowWorld(int threads, std::chrono::milliseconds keepalive = 40ms,
                       std::chrono::milliseconds deadline = 20s)
    {
        auto profile = profileOf(kProfile);
        profile->answer.keepalive = keepalive;
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = "slow";
        route.takesRest = true;
        route.profile = profile;
        route.upstream = upstream.url(u""_s);
        route.deadline = deadline;
        // Each client has its own lane, so that their jobs are in several shards.
        route.lane.kind = LaneSource::Kind::Value;
        route.lane.value.kind = profile::Locator::Kind::Header;
        route.lane.value.name = "X-Lane";
        set->routes.push_back(route);
        Config config = WholeService::quietConfig();
        config.routes = set;
        config.server.threads = threads;
        service = std::make_unique<WholeService>(upstream.url(), config);
        upstream.setDefault(
            {ScriptedServer::write(ScriptedServer::answer(201, R"({"id":"j1","status":"new"})"))});
    }

    static QByteArray post(const QByteArray &lane, const QByteArray &fields = {})
    {
        return RawHttpClient::post("/work", R"({"n":1})",
                                   "Content-Type: application/json\r\nX-Lane: " + lane + "\r\n" + fields);
    }

    std::unique_ptr<RawHttpClient> send(const QByteArray &bytes)
    {
        auto client = std::make_unique<RawHttpClient>(service->port());
        client->send(bytes);
        return client;
    }

    RawAnswer callBack(int arrival, const QByteArray &body)
    {
        const QJsonObject start = QJsonDocument::fromJson(upstream.arrivals().at(arrival).body).object();
        const QByteArray path = QUrl(start["hook"_L1].toString()).path().toLatin1();
        return ask(service->port(), RawHttpClient::post(path, body, "Content-Type: application/json\r\n"));
    }

    ScriptedServer upstream;
    std::unique_ptr<WholeService> service;
};

/// Returns true when the head of a stream and at least two spaces have arrived, but no complete response.
bool isKeptAlive(const RawHttpClient &client)
{
    const QByteArray &bytes = client.received();
    return bytes.startsWith("HTTP/1.1 200 ") && bytes.count("1\r\n \r\n") >= 2 && client.answerCount() == 0;
}

}  // namespace

class TestKeepAliveService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void spacesThenTheResult_data() { addThreads(); }
    /// Eight lanes, so that with four threads most requests are forwarded to another shard.
    void spacesThenTheResult()
    {
        QFETCH(const int, threads);
        SlowWorld world(threads);
        for (int i = 0; i < 8; ++i) {
            const auto client = world.send(SlowWorld::post(QByteArray::number(i)));
            QTRY_COMPARE(world.upstream.arrivalCount(), i + 1);
            QTRY_VERIFY(isKeptAlive(*client));
            QVERIFY(client->received().contains("Content-Type: application/json\r\n"));
            QVERIFY(client->received().contains("X-Accel-Buffering: no\r\n"));
            const QByteArray document = R"({ "id":"j1", "status":"done", "output":1e400 })";
            QCOMPARE(world.callBack(i, document).status, 200);
            QTRY_COMPARE(client->answerCount(), 1);
            QCOMPARE(client->status(), 200);
            QCOMPARE(client->answers().front().body.trimmed(), document);
            QVERIFY(client->hasOnlyWholeAnswers());
            // The connection can be used for another request.
            client->send(RawHttpClient::get("/openapi.json"));
            QTRY_COMPARE(client->status(1), 200);
        }
        QCOMPARE(world.service->metric("holdline_requests_total{outcome=\"completed\"}"), 8);
    }

    void answerBeforeTheFirstInterval()
    {
        SlowWorld world(1, 10min);
        const auto client = world.send(SlowWorld::post("a"));
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        world.callBack(0, R"({"id":"j1","status":"broken"})");
        QTRY_COMPARE(client->status(), 422);
        QCOMPARE(client->answers().front().body, R"({"id":"j1","status":"broken"})");
        QVERIFY(client->answers().front().headers.contains("Holdline-Job"));
    }

    void failedJob_data() { addThreads(); }
    void failedJob()
    {
        QFETCH(const int, threads);
        SlowWorld world(threads);
        const auto client = world.send(SlowWorld::post("a"));
        QTRY_VERIFY(isKeptAlive(*client));
        world.callBack(0, R"({"id":"j1","status":"broken"})");
        QTRY_COMPARE(client->status(), 200);
        const QJsonObject body = QJsonDocument::fromJson(client->answers().front().body).object();
        QCOMPARE(body["status"_L1].toInt(), 422);
        QCOMPARE(body["body"_L1].toObject()["status"_L1].toString(), u"broken"_s);
        QCOMPARE(world.service->metric("holdline_requests_total{outcome=\"job_failed\"}"), 1);
    }

    void deadline_data() { addThreads(); }
    /// The problem is in the body, no byte follows, and the metrics count the true outcome.
    void deadline()
    {
        QFETCH(const int, threads);
        SlowWorld world(threads, 40ms, 300ms);
        const auto client = world.send(SlowWorld::post("a"));
        QTRY_COMPARE(client->status(), 200);
        const QJsonObject body = QJsonDocument::fromJson(client->answers().front().body).object();
        QCOMPARE(body["status"_L1].toInt(), 504);
        QCOMPARE(body["code"_L1].toString(), u"callback_timeout"_s);
        const QByteArray all = client->received();
        QVERIFY(all.endsWith("0\r\n\r\n"));
        QTest::qWait(120);
        QCOMPARE(client->received(), all);
        QCOMPARE(world.service->metric("holdline_requests_total{outcome=\"callback_timeout\"}"), 1);
    }

    void clientThatHangsUp_data() { addThreads(); }
    void clientThatHangsUp()
    {
        QFETCH(const int, threads);
        SlowWorld world(threads);
        for (int i = 0; i < 4; ++i) {
            const auto client = world.send(SlowWorld::post(QByteArray::number(i)));
            QTRY_VERIFY(isKeptAlive(*client));
            if (i % 2 == 0)
                client->close();
            else
                client->reset();
            QTRY_COMPARE(world.service->metric("holdline_requests_total{outcome=\"client_gone\"}"), i + 1);
        }
        QCOMPARE(world.service->heldCount(), 0);
        QCOMPARE(world.service->metric("holdline_route_jobs_running{route=\"slow\"}"), 0);
    }

    void http10()
    {
        SlowWorld world(1);
        QByteArray request = SlowWorld::post("a");
        request.replace("HTTP/1.1\r\n", "HTTP/1.0\r\n");
        const auto client = world.send(request);
        QTRY_VERIFY(client->received().startsWith("HTTP/1.1 200 "));
        QTRY_VERIFY(client->received().endsWith("\r\n\r\n   "));
        QVERIFY(!client->received().contains("Transfer-Encoding"));
        world.callBack(0, R"({"id":"j1","status":"done"})");
        QTRY_VERIFY(client->isClosed());
        QCOMPARE(client->answers().front().body.trimmed(), R"({"id":"j1","status":"done"})");
    }

    void largeResult_data() { addThreads(); }
    /// The result has more bytes than a stream's reader may leave unread.
    void largeResult()
    {
        QFETCH(const int, threads);
        SlowWorld world(threads);
        const auto client = world.send(SlowWorld::post("a"));
        QTRY_VERIFY(isKeptAlive(*client));
        client->stopReading();
        const QByteArray document =
            "{\"id\":\"j1\",\"status\":\"done\",\"output\":\"" + QByteArray(900'000, 'x') + "\"}";
        QCOMPARE(world.callBack(0, document).status, 200);
        QTest::qWait(50);
        client->startReading();
        QTRY_COMPARE(client->answerCount(), 1);
        QCOMPARE(client->answers().front().body.trimmed(), document);
    }

    void getFromTheQuery()
    {
        SlowWorld world(1);
        const auto client = world.send(RawHttpClient::get("/work?n=1", "X-Lane: a\r\n"));
        QTRY_VERIFY(isKeptAlive(*client));
        world.callBack(0, R"({"id":"j1","status":"done"})");
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(client->answers().front().body.trimmed(), R"({"id":"j1","status":"done"})");
        // A HEAD request starts no job.
        RawHttpClient head(world.service->port());
        head.setExpectsHead(true);
        head.send("HEAD /work?n=1 HTTP/1.1\r\nHost: h\r\nX-Lane: a\r\n\r\n");
        QTRY_COMPARE(head.status(), 405);
        QCOMPARE(world.upstream.arrivalCount(), 1);
    }

    void replayHasItsTrueStatus_data() { addThreads(); }
    void replayHasItsTrueStatus()
    {
        QFETCH(const int, threads);
        SlowWorld world(threads);
        const QByteArray keyed = SlowWorld::post("a", "Idempotency-Key: k\r\n");
        const auto client = world.send(keyed);
        QTRY_VERIFY(isKeptAlive(*client));
        const auto joined = world.send(keyed);
        QTRY_VERIFY(isKeptAlive(*joined));
        world.callBack(0, R"({"id":"j1","status":"broken"})");
        for (const auto *one : {client.get(), joined.get()}) {
            QTRY_COMPARE(one->status(), 200);
            QCOMPARE(QJsonDocument::fromJson(one->answers().front().body).object()["status"_L1].toInt(), 422);
        }
        const RawAnswer replay = ask(world.service->port(), keyed);
        QCOMPARE(replay.status, 422);
        QCOMPARE(replay.body, R"({"id":"j1","status":"broken"})");
        const QByteArray job = replay.headers.value("Holdline-Job");
        QVERIFY(!job.isEmpty());
        const RawAnswer result =
            ask(world.service->port(), RawHttpClient::get("/v1/jobs/" + job + "/result"));
        QCOMPARE(result.status, 422);
        QCOMPARE(world.upstream.arrivalCount(), 1);
    }

    /// A client that asks for a hand-over gets a 202 with the job's address instead of spaces.
    void clientsThatComeBack()
    {
        SlowWorld world(1);
        const auto client = world.send(SlowWorld::post("a", "Prefer: respond-async, wait=1\r\n"));
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        QTRY_COMPARE(client->status(), 202);
        QVERIFY(client->answers().front().headers.contains("Location"));
    }

    void refusalIsUnchanged()
    {
        SlowWorld world(1);
        const auto client = world.send(
            RawHttpClient::post("/work", "not JSON", "Content-Type: application/json\r\nX-Lane: a\r\n"));
        QTRY_COMPARE(client->status(), 400);
    }

    /// When the service ends, its clients get the problem in the body.
    void drain()
    {
        SlowWorld world(1);
        const auto client = world.send(SlowWorld::post("a"));
        QTRY_VERIFY(isKeptAlive(*client));
        world.service.reset();
        QTRY_VERIFY(client->isClosed());
    }
};

HOLDLINE_TEST(TestKeepAliveService)
#include "tst_keepaliveservice.moc"
