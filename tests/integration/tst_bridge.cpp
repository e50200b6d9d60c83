// SPDX-License-Identifier: GPL-3.0-or-later
// The coordinator against scripted fakes: every outcome, and random schedules.
#include "service/holdline/bridge.h"
#include "tests/support/fakeexchange.h"
#include "tests/support/fakejobstarter.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Fate = StartResult::Fate;

namespace {

/// One client: its exchange and what became of it.
struct Client
{
    std::shared_ptr<ExchangeLog> log = std::make_shared<ExchangeLog>();
    FakeExchange *exchange = nullptr;
};

http::Request post(const QByteArray &body, http::HeaderFields headers = {})
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

QByteArray code(const http::Response &response)
{
    return QJsonDocument::fromJson(response.body).object().value("code"_L1).toString().toLatin1();
}

QByteArray header(const Client &client, const char *name)
{
    return client.log->answers.empty() ? QByteArray() : client.log->answers.front().headers.value(name);
}

Config quickConfig()
{
    Config config;
    config.retry.baseDelay = std::chrono::milliseconds(1);
    config.retry.maxDelay = std::chrono::milliseconds(2);
    return config;
}

struct World
{
    explicit World(const Config &config = quickConfig()) : bridge(config, "http://cb/callback", starter) {}

    Client hold(const QByteArray &body = R"({"account":"a","wait":true})", http::HeaderFields headers = {})
    {
        Client client;
        auto exchange = std::make_unique<FakeExchange>(client.log);
        client.exchange = exchange.get();
        bridge.hold(post(body, std::move(headers)), std::move(exchange));
        return client;
    }
    JobStarter::Ticket lastTicket() const { return starter.order.back(); }
    /// The token in the body of a start.
    static QByteArray tokenIn(const StartCall &call)
    {
        const QString url = QJsonDocument::fromJson(call.body).object().value("callback"_L1).toString();
        return url.mid(url.lastIndexOf(u'/') + 1).toLatin1();
    }
    http::Response callback(const QByteArray &token, const QByteArray &id = "1f",
                            const QByteArray &state = "completed")
    {
        return bridge.callback(token, post("{\"id\":\"" + id + "\",\"state\":\"" + state + "\"}",
                                           {{"Content-Type", "application/json"}}));
    }

    FakeJobStarter starter;
    Bridge bridge;
};

}  // namespace

class TestBridge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void completedByteForByte()
    {
        World world;
        const Client client =
            world.hold(R"({"account":"a","big":12345678901234567890123})", {{"traceparent", "00-1-2-03"}});
        const StartCall call = world.starter.calls.at(world.lastTicket());
        QVERIFY(call.body.contains(R"("big":12345678901234567890123)"));
        QVERIFY(call.body.contains(R"("wait":false)"));
        QVERIFY(call.headers == (std::vector<std::pair<QByteArray, QByteArray>>{
                                    {"X-Request-Id", "req-1"}, {"traceparent", "00-1-2-03"}}));
        const QByteArray token = World::tokenIn(call);
        QCOMPARE(token.size(), CallbackToken::kTextLength);
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(client.log->answers.empty());

        const QByteArray body = "{ \"id\":\"1f\",\n\"state\" : \"completed\",\"proof\":\"\\u0041\" }";
        const http::Response response =
            world.bridge.callback(token, post(body, {{"Content-Type", "application/json; x=y"}}));
        QCOMPARE(response.body, R"({"callback":"matched"})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), body);
        QCOMPARE(header(client, "Content-Type"), "application/json; x=y");
        QCOMPARE(header(client, "Holdline-Job"), call.idempotencyKey);
        const QByteArray timing = header(client, "Server-Timing");
        for (const char *phase : {"queue;dur=", "start;dur=", "job;dur=", "total;dur="})
            QVERIFY2(timing.contains(phase), timing.constData());
        QVERIFY(client.log->destroyed);
    }

    void jobFailedIsPassedOn()
    {
        World world;
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QSignalSpy ended(&world.bridge, &Bridge::jobEnded);
        world.callback(token, "1f", "failed");
        QCOMPARE(client.log->status(), 200);
        QVERIFY(client.log->body().contains("failed"));
        QCOMPARE(ended.size(), 1);
        QVERIFY(ended.at(0).at(0).value<Job>().status.outcome == Reason::JobFailed);
    }

    void badRequests_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("not json") << QByteArray("hello") << 400 << QByteArray("invalid_json");
        QTest::newRow("no account") << QByteArray("{}") << 422 << QByteArray("missing_account");
        QTest::newRow("empty account")
            << QByteArray(R"({"account":""})") << 422 << QByteArray("missing_account");
    }
    void badRequests()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        World world;
        QSignalSpy refused(&world.bridge, &Bridge::requestRefused);
        const Client client = world.hold(body);
        QCOMPARE(client.log->status(), status);
        QTEST(code(client.log->answers.front()), "word");
        QCOMPARE(header(client, "Content-Type"), "application/problem+json");
        QCOMPARE(refused.size(), 1);
        QVERIFY(world.starter.order.empty());
    }

    void oneStartInFlightPerAccount()
    {
        World world;
        std::vector<Client> clients;
        for (int i = 0; i < 3; ++i)
            clients.push_back(world.hold());
        clients.push_back(world.hold(R"({"account":"b"})"));
        QCOMPARE(world.starter.calls.size(), std::size_t(2));
        for (int i = 0; i < 3; ++i) {
            for (const auto &[ticket, call] : world.starter.calls) {
                if (call.account == "a") {
                    world.starter.accept(ticket, "1" + QByteArray::number(i));
                    break;
                }
            }
        }
        QCOMPARE(world.starter.order.size(), std::size_t(4));
        QCOMPARE(world.bridge.lanes().totalInFlight(), 1);
    }

    void case4_duplicateCallback()
    {
        World world;
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.callback(token).body, R"({"callback":"matched"})");
        QCOMPARE(world.callback(token).body, R"({"callback":"duplicate"})");
        QCOMPARE(client.log->answers.size(), std::size_t(1));
        QCOMPARE(world.bridge.ledger().count(CallbackWord::Duplicate), quint64(1));
    }

    void case5_callbackOvertakesTheStartsAnswer()
    {
        World world;
        QByteArray answer;
        world.starter.onStart = [&](JobStarter::Ticket, const StartCall &call) {
            answer = world.callback(World::tokenIn(call), "77").body;
        };
        const Client client = world.hold();
        QCOMPARE(answer, R"({"callback":"early"})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(world.bridge.lanes().totalInFlight(), 1);
        world.starter.accept(world.lastTicket(), "77");
        QCOMPARE(client.log->answers.size(), std::size_t(1));
        QCOMPARE(world.bridge.lanes().totalInFlight(), 0);
    }

    void case6_and_49_lateCallback()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(20);
        World world(config);
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "callback_timeout");
        QVERIFY(client.log->body().contains(header(client, "Holdline-Job")));
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QVERIFY(world.bridge.jobs().keptBytes() > 0);
        QCOMPARE(world.callback(token).body, R"({"callback":"duplicate"})");
        QCOMPARE(client.log->answers.size(), std::size_t(1));
    }

    void case7_unknownTokens_data()
    {
        QTest::addColumn<QByteArray>("token");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("never issued") << CallbackToken::make(0, 0).toText();
        QTest::newRow("malformed") << QByteArray("../../x\r\ny");
        QTest::newRow("10 KB") << QByteArray(10 * 1024, 'A');
    }
    void case7_unknownTokens()
    {
        QFETCH(QByteArray, token);
        World world;
        const Client client = world.hold();
        const http::Response response = world.callback(token);
        QCOMPARE(response.status, 404);
        QCOMPARE(code(response), "unknown");
        QVERIFY(client.log->answers.empty());
    }

    void case8_badCallbackBodies_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("not JSON") << QByteArray("}{");
        QTest::newRow("wrong type") << QByteArray("[1,2]");
        QTest::newRow("id not a string") << QByteArray(R"({"id":5,"state":"completed"})");
        QTest::newRow("no state") << QByteArray(R"({"id":"1f"})");
        QTest::newRow("still running") << QByteArray(R"({"id":"1f","state":"running"})");
        QTest::newRow("empty") << QByteArray();
    }
    void case8_badCallbackBodies()
    {
        QFETCH(QByteArray, body);
        World world;
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const http::Response response = world.bridge.callback(token, post(body));
        QCOMPARE(response.status, 400);
        QCOMPARE(code(response), "malformed");
        QVERIFY(client.log->answers.empty());
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(client.log->status(), 200);
    }

    void mismatchedIdStaysPending()
    {
        World world;
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const http::Response response = world.callback(token, "dead");
        QCOMPARE(response.status, 409);
        QCOMPARE(code(response), "mismatched");
        QVERIFY(client.log->answers.empty());
        world.callback(token, "1f");
        QVERIFY(client.log->body().contains("1f"));
    }

    void case44_unknownFateIsNotSentAgain()
    {
        World world;
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QCOMPARE(world.callback(token).body, R"({"callback":"matched"})");
        QCOMPARE(client.log->status(), 200);
    }

    void case44_unknownFateWithoutCallback()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(20);
        World world(config);
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "start_unknown");
    }

    void ambiguousAlwaysSendsAgain()
    {
        Config config = quickConfig();
        config.retry.ambiguous = AmbiguousRetry::Always;
        config.retry.attempts = 2;
        World world(config);
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        world.callback(token);
        QCOMPARE(client.log->status(), 200);
    }

    void retriesUntilItIsAccepted()
    {
        World world;
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 0, true);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(3));
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
        QCOMPARE(client.log->status(), 200);
    }

    void case45_unreachableIs502AfterRetries()
    {
        World world;
        const Client client = world.hold();
        for (std::size_t attempt = 1; attempt <= 4; ++attempt) {
            QTRY_COMPARE(world.starter.order.size(), attempt);
            world.starter.answer(world.lastTicket(), Fate::NotStarted, 0, true);
        }
        QCOMPARE(client.log->status(), 502);
        QCOMPARE(code(client.log->answers.front()), "upstream_unreachable");
    }

    void upstreamErrorIs502()
    {
        World world;
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 500);
        QCOMPARE(client.log->status(), 502);
        QCOMPARE(code(client.log->answers.front()), "upstream_error");
    }

    void rejectionIsPassedOn()
    {
        World world;
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::Rejected, 403);
        QCOMPARE(client.log->status(), 403);
        QCOMPARE(client.log->body(), "upstream says 403");
        QCOMPARE(header(client, "Content-Type"), "text/plain");
    }

    void tooManyRequestsIsPassedOnAfterRetries()
    {
        Config config = quickConfig();
        config.retry.attempts = 1;
        World world(config);
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 429, true);
        QCOMPARE(client.log->status(), 429);
        QCOMPARE(client.log->body(), "upstream says 429");
    }

    void passThrough()
    {
        World world;
        const QByteArray body = R"({"account":"a","wait":false,"callback":"http://mine/"})";
        const Client client = world.hold(body);
        QCOMPARE(world.starter.calls.at(world.lastTicket()).body, body);
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), R"({"state":"running","id":"1f"})");
    }

    void case3_clientGoneWhileHeld()
    {
        World world;
        const Client client = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QSignalSpy ended(&world.bridge, &Bridge::jobEnded);
        client.exchange->leave();
        QCOMPARE(ended.size(), 1);
        QCOMPARE(ended.at(0).at(1).toInt(), 499);
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QVERIFY(client.log->answers.empty());
        QTRY_VERIFY(client.log->destroyed);
    }

    void clientGoneWhileQueuedNeverStarts()
    {
        World world;
        const Client first = world.hold();
        const Client second = world.hold();
        second.exchange->leave();
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QCOMPARE(world.bridge.lanes().totalQueued(), 0);
        QVERIFY(first.log->answers.empty());
    }

    void clientGoneWhileAwaitingRetry()
    {
        Config config = quickConfig();
        config.retry.baseDelay = std::chrono::seconds(20);
        config.retry.maxDelay = std::chrono::seconds(20);
        World world(config);
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        client.exchange->leave();
        QCOMPARE(world.bridge.jobs().heldCount(), 0);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
    }

    void case45_startThatHangsFreesTheLane()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(20);
        World world(config);
        const Client client = world.hold();
        QVERIFY(world.starter.calls.at(world.lastTicket()).timeout <= config.hold.deadline);
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "start_unknown");
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QCOMPARE(world.bridge.lanes().totalInFlight(), 0);
        QCOMPARE(world.bridge.startsInFlight(), 0);
    }

    void case42_limitsAnswerAtOnce()
    {
        Config config = quickConfig();
        config.hold.held = 3;
        config.lanes.laneLength = 1;
        World world(config);
        world.hold();
        world.hold();
        const Client laneFull = world.hold();
        QCOMPARE(laneFull.log->status(), 429);
        QCOMPARE(code(laneFull.log->answers.front()), "lane_full");
        QVERIFY(!header(laneFull, "Retry-After").isEmpty());
        world.hold(R"({"account":"b"})");
        const Client overloaded = world.hold(R"({"account":"c"})");
        QCOMPARE(overloaded.log->status(), 503);
        QCOMPARE(code(overloaded.log->answers.front()), "overloaded");
        QVERIFY(!header(overloaded, "Retry-After").isEmpty());
        QCOMPARE(world.starter.order.size(), std::size_t(2));
    }

    void circuitOpensAndRecovers()
    {
        Config config = quickConfig();
        config.retry.attempts = 1;
        config.circuit.failures = 2;
        config.circuit.openFor = std::chrono::milliseconds(30);
        World world(config);
        for (int i = 0; i < 2; ++i) {
            world.hold();
            world.starter.answer(world.lastTicket(), Fate::NotStarted, 500);
        }
        const Client refused = world.hold();
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "circuit_open");
        QTRY_VERIFY(world.bridge.circuit().mayStart(Clock::now()));
        const Client probe = world.hold();
        QCOMPARE(world.starter.order.size(), std::size_t(3));
        const Client behind = world.hold(R"({"account":"b"})");
        QCOMPARE(code(behind.log->answers.front()), "circuit_open");
        world.starter.accept(world.lastTicket(), "1f");
        world.hold(R"({"account":"b"})");
        QCOMPARE(world.starter.order.size(), std::size_t(4));
    }

    void queuedStartsWaitOutAnOpenCircuit()
    {
        Config config = quickConfig();
        config.retry.attempts = 1;
        config.circuit.failures = 1;
        config.circuit.openFor = std::chrono::milliseconds(20);
        World world(config);
        world.hold();
        const Client queued = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 500);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(queued.log->answers.empty());
    }

    void preferWaitSetsTheDeadline()
    {
        Config config = quickConfig();
        config.hold.maxDeadline = std::chrono::milliseconds(20);
        World world(config);
        const Client client = world.hold(R"({"account":"a"})", {{"Prefer", "foo, wait=100"}});
        QTRY_COMPARE(client.log->status(), 504);
    }

    void drainAnswersEverybody()
    {
        World world;
        QSignalSpy drained(&world.bridge, &Bridge::drained);
        const Client done = world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const Client waiting = world.hold();
        const Client queued = world.hold();
        world.bridge.drain(std::chrono::milliseconds(20));
        const Client refused = world.hold();
        QCOMPARE(code(refused.log->answers.front()), "draining");
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(done.log->status(), 200);
        QTRY_COMPARE(drained.size(), 1);
        QCOMPARE(waiting.log->status(), 503);
        QCOMPARE(queued.log->status(), 503);
    }

    void drainWithNothingHeld()
    {
        World world;
        QSignalSpy drained(&world.bridge, &Bridge::drained);
        world.bridge.drain(std::chrono::seconds(60));
        QTRY_COMPARE(drained.size(), 1);
    }

    void deadlineThatCannotBeMetIsRefused()
    {
        World world;
        // Two measured jobs teach it the pace; then a queue is built that is too long for the deadline.
        for (int i = 0; i < 2; ++i) {
            world.hold();
            const auto since = Clock::now();
            QTRY_VERIFY(Clock::now() - since > std::chrono::milliseconds(50));
            world.starter.accept(world.lastTicket(), "1" + QByteArray::number(i));
        }
        std::vector<Client> queue;
        Client refused;
        for (int i = 0; i < 100 && refused.log->answers.empty(); ++i) {
            queue.push_back(world.hold(R"({"account":"a"})", {{"Prefer", "wait=1"}}));
            refused = queue.back();
        }
        QVERIFY(queue.size() > 2);
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "deadline_unreachable");
        const Client other = world.hold(R"({"account":"b"})", {{"Prefer", "wait=1"}});
        QVERIFY(other.log->answers.empty());
    }

    void randomSchedules_data()
    {
        QTest::addColumn<unsigned>("seed");
        const QByteArray replay = qgetenv("HOLDLINE_SEED");
        if (!replay.isEmpty()) {
            QTest::newRow("replay") << replay.toUInt();
            return;
        }
        std::random_device device;
        for (unsigned i = 0; i < 30; ++i) {
            const unsigned seed = i < 10 ? i : device();
            QTest::addRow("seed %u", seed) << seed;
        }
    }
    /// Whatever the world does: every client gets exactly one answer or has gone, no account has two starts
    /// in flight, no job of unknown fate is started twice, and nothing is left over.
    void randomSchedules()
    {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        const auto below = [&random](std::size_t n) {
            return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
        };

        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(200);
        config.circuit.failures = 0;
        World world(config);
        std::vector<Client> clients;
        std::vector<QByteArray> tokens;
        std::map<QByteArray, int> starts;
        std::set<QByteArray> ambiguous;
        world.starter.onStart = [&](JobStarter::Ticket, const StartCall &call) {
            tokens.push_back(World::tokenIn(call));
            QVERIFY2(!ambiguous.contains(call.idempotencyKey), "a job of unknown fate was started again");
            std::map<QByteArray, int> perAccount;
            for (const auto &[ticket, other] : world.starter.calls)
                QCOMPARE_LE(++perAccount[other.account], 1);
        };

        for (int round = 0; round < 600; ++round) {
            switch (below(5)) {
                case 0:
                    clients.push_back(
                        world.hold("{\"account\":\"" + QByteArray::number(uint(below(4))) + "\"}"));
                    break;
                case 1:
                case 2: {
                    if (world.starter.calls.empty())
                        break;
                    const auto it = std::next(world.starter.calls.begin(),
                                              static_cast<std::ptrdiff_t>(below(world.starter.calls.size())));
                    const auto ticket = it->first;
                    switch (below(5)) {
                        case 0:
                            world.starter.answer(ticket, Fate::NotStarted, 503, true);
                            break;
                        case 1:
                            ambiguous.insert(it->second.idempotencyKey);
                            world.starter.answer(ticket, Fate::Unknown, 0);
                            break;
                        case 2:
                            world.starter.answer(ticket, Fate::Rejected, 400);
                            break;
                        default:
                            world.starter.accept(ticket, "1f");
                            break;
                    }
                    break;
                }
                case 3:
                    if (!tokens.empty())
                        world.callback(tokens[below(tokens.size())], below(8) == 0 ? "dead" : "1f",
                                       below(4) == 0 ? "failed" : "completed");
                    break;
                default: {
                    if (clients.empty() || below(4) != 0)
                        break;
                    const Client &client = clients[below(clients.size())];
                    if (client.log->answers.empty() && !client.log->gone)
                        client.exchange->leave();
                }
            }
        }
        QTRY_COMPARE(world.bridge.jobs().heldCount(), 0);
        while (!world.starter.calls.empty())
            world.starter.answer(world.starter.calls.begin()->first, Fate::Unknown, 0);
        for (const Client &client : clients) {
            QCOMPARE(client.log->answers.size(), client.log->gone ? std::size_t(0) : std::size_t(1));
            QTRY_VERIFY(client.log->destroyed);
        }
        QCOMPARE(world.bridge.lanes().totalInFlight(), 0);
        QCOMPARE(world.bridge.lanes().totalQueued(), 0);
        QCOMPARE(world.bridge.lanes().laneCount(), 0);
        QCOMPARE(world.bridge.startsInFlight(), 0);
    }
};

QTEST_GUILESS_MAIN(TestBridge)
#include "tst_bridge.moc"
