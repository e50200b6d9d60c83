// SPDX-License-Identifier: GPL-3.0-or-later
// The limits of a route over real sockets, with the profile twilio-call: starts per time, running jobs, and
// two upstreams of which one is down.
#include "core/profile/shippedprofiles.h"
#include "core/routing/routeset.h"
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr char kCall[] = "To=%2B1&From=%2B2&Url=https%3A%2F%2Fa.example%2Ft.xml";

RouteConfig twilio(const QByteArray &name, const QUrl &upstream, const LaneLimits &limits)
{
    RouteConfig route;
    route.name = name;
    route.path = '/' + name;
    route.takesRest = true;
    route.profile = {std::shared_ptr<void>(), profile::shippedProfile(u"twilio-call"_s)};
    route.upstream = upstream;
    route.insecureCallbacks = true;
    route.limits = limits;
    return route;
}

ScriptedServer::Script queued()
{
    return {ScriptedServer::write(ScriptedServer::answer(201, R"({"sid":"CA1","status":"queued"})"))};
}

/// Twilio, and the service in front of it.
class CallWorld
{
public:
    explicit CallWorld(const LaneLimits &limits, int threads = 1, const QString &store = {})
    {
        upstream.setDefault(queued());
        m_config = configWith(limits);
        m_config.server.threads = threads;
        if (!store.isEmpty())
            m_config.store.path = store;
        m_service = std::make_unique<WholeService>(upstream.url(), m_config);
    }

    Config configWith(const LaneLimits &limits) const
    {
        auto set = std::make_shared<RouteSet>();
        set->routes.push_back(twilio("call", upstream.url(u""_s), limits));
        Config config = m_config;
        config.routes = set;
        return config;
    }

    std::unique_ptr<RawHttpClient> call(const QByteArray &fields = {})
    {
        auto client = std::make_unique<RawHttpClient>(m_service->port());
        client->send(RawHttpClient::post(
            "/call/Calls.json", kCall,
            "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic QUMxOnQ=\r\n" + fields));
        return client;
    }

    /// Posts the callback for this arrival: the call has ended. Returns the status of the response.
    int callBack(int arrival)
    {
        static const QRegularExpression kToken(u"/callback/([A-Za-z0-9_-]{35})"_s);
        const QString body =
            QString::fromLatin1(QByteArray::fromPercentEncoding(upstream.arrivals().at(arrival).body));
        const QByteArray token = kToken.match(body).captured(1).toLatin1();
        return ask(m_service->port(),
                   RawHttpClient::post("/callback/" + token, "CallSid=CA1&CallStatus=completed",
                                       "Content-Type: application/x-www-form-urlencoded\r\n"))
            .status;
    }

    void restart()
    {
        m_service.reset();
        m_service = std::make_unique<WholeService>(upstream.url(), m_config);
    }

    WholeService &service() { return *m_service; }

    ScriptedServer upstream;

private:
    Config m_config = WholeService::quietConfig();
    std::unique_ptr<WholeService> m_service;
};

LaneLimits running(int most)
{
    return {0, most, {}};
}

}  // namespace

class TestRouteLimitsService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsPerTime_data() { addThreads(); }
    /// Twilio accepts one call per time window. It would refuse four at once.
    void callsPerTime()
    {
        QFETCH(const int, threads);
        constexpr auto kWindow = 300ms;
        CallWorld world({0, 0, {1, kWindow}}, threads);
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < 4; ++i)
            clients.push_back(world.call());
        std::vector<TimePoint> arrived;
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                while (static_cast<int>(arrived.size()) < world.upstream.arrivalCount())
                    arrived.push_back(Clock::now());
                return arrived.size() == 4;
            }(),
            10'000);
        // The test notices arrivals slightly late, so two of them may seem closer together than they were.
        for (std::size_t i = 1; i < arrived.size(); ++i)
            QVERIFY(arrived[i] - arrived[i - 1] >= kWindow - 100ms);
        QVERIFY(arrived.back() - arrived.front() >= 3 * kWindow - 100ms);
        for (int i = 0; i < 4; ++i)
            QCOMPARE(world.callBack(i), 204);
        for (const auto &client : clients)
            QTRY_COMPARE(client->status(), 200);
    }

    void twoRunning_data() { addThreads(); }
    void twoRunning()
    {
        QFETCH(const int, threads);
        CallWorld world(running(2), threads);
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        // One after the other, so that the test knows which jobs run.
        for (int i = 0; i < 2; ++i) {
            clients.push_back(world.call());
            QTRY_COMPARE(world.upstream.arrivalCount(), i + 1);
        }
        QTRY_COMPARE(world.service().metric("holdline_route_jobs_running{route=\"call\"}"), 2);
        for (int i = 0; i < 2; ++i) {
            clients.push_back(world.call());
            QTRY_COMPARE(world.service().metric("holdline_starts_queued"), i + 1);
        }
        QCOMPARE(world.upstream.arrivalCount(), 2);
        QCOMPARE(world.callBack(0), 204);
        QTRY_COMPARE(world.upstream.arrivalCount(), 3);
        // When a client leaves, its job ends.
        clients[1]->close();
        QTRY_COMPARE(world.upstream.arrivalCount(), 4);
        QTRY_COMPARE(world.service().metric("holdline_route_jobs_running{route=\"call\"}"), 2);
    }

    /// The client is refused at once. It can succeed after the time in Retry-After.
    void refusedAtOnce()
    {
        CallWorld world({0, 0, {1, 32s}});
        const auto first = world.call();
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        const auto second = world.call();
        QTRY_COMPARE(second->status(), 503);
        const RawAnswer answer = second->answers().front();
        const QJsonObject problem = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(problem["code"_L1].toString(), u"deadline_unreachable"_s);
        QVERIFY(problem["detail"_L1].toString().contains(u"may start 1 jobs in 32.0 s"_s));
        const int seconds = answer.headers.value("Retry-After").toInt();
        QVERIFY2(seconds >= 1 && seconds <= 2, qPrintable(QString::number(seconds)));
        QCOMPARE(world.upstream.arrivalCount(), 1);
    }

    void runningJobsOfAnEarlierProcess()
    {
        QTemporaryDir folder;
        CallWorld world(running(1), 1, folder.filePath(u"jobs.db"_s));
        auto client = world.call("Idempotency-Key: k\r\n");
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        QTRY_COMPARE(world.service().metric("holdline_upstream_starts_total{fate=\"accepted\"}"), 1);
        client.reset();
        world.restart();
        QTRY_COMPARE(world.service().metric("holdline_jobs_recovered_total"), 1);
        QCOMPARE(world.service().metric("holdline_route_jobs_running{route=\"call\"}"), 1);
        const auto waits = world.call();
        QTRY_COMPARE(world.service().metric("holdline_starts_queued"), 1);
        QCOMPARE(world.upstream.arrivalCount(), 1);
        QCOMPARE(world.callBack(0), 204);
        QTRY_COMPARE(world.upstream.arrivalCount(), 2);
    }

    void reload_data() { addThreads(); }
    void reload()
    {
        QFETCH(const int, threads);
        CallWorld world(running(1), threads);
        const auto first = world.call();
        const auto second = world.call();
        QTRY_COMPARE(world.service().metric("holdline_starts_queued"), 1);
        QCOMPARE(world.upstream.arrivalCount(), 1);
        world.service().service().reload(world.configWith(running(2)));
        QTRY_COMPARE(world.upstream.arrivalCount(), 2);
    }

    void oneOfTwoUpstreamsIsDown_data() { addThreads(); }
    void oneOfTwoUpstreamsIsDown()
    {
        QFETCH(const int, threads);
        ScriptedServer works;
        works.setDefault(queued());
        const quint16 deadPort = ScriptedServer::unusedPort();
        const QUrl dead(u"http://127.0.0.1:%1"_s.arg(deadPort));
        auto set = std::make_shared<RouteSet>();
        set->routes = {twilio("dead", dead, {}), twilio("works", works.url(u""_s), {})};
        Config config = WholeService::quietConfig();
        config.server.threads = threads;
        config.server.whenDegraded = WhenDegraded::Unready;
        config.routes = set;
        config.circuit.failures = 3;
        config.circuit.probeAfter = config.circuit.openFor = 1h;
        config.hold.deadline = 20s;
        WholeService world(works.url(), config);
        const auto send = [&world](const QByteArray &route) {
            auto client = std::make_unique<RawHttpClient>(world.port());
            client->send(RawHttpClient::post('/' + route + "/Calls.json", kCall,
                                             "Content-Type: application/x-www-form-urlencoded\r\n"));
            return client;
        };
        const QByteArray deadCircuit =
            "holdline_upstream_circuit_open{upstream=\"" + dead.toEncoded() + "\"}";
        const QByteArray otherCircuit =
            "holdline_upstream_circuit_open{upstream=\"http://127.0.0.1:" + QByteArray::number(works.port()) +
            "\"}";
        QCOMPARE(world.metric(deadCircuit), 0);
        QCOMPARE(world.metric(otherCircuit), 0);
        std::vector<std::unique_ptr<RawHttpClient>> waiting;
        for (int i = 0; i < 5; ++i)
            waiting.push_back(send("dead"));
        QTRY_COMPARE(world.metric(deadCircuit), 1);
        QCOMPARE(world.metric(otherCircuit), 0);
        // Requests that cannot wait for the next probe are refused. Requests to the other upstream are
        // served.
        const auto refused = send("dead");
        QTRY_COMPARE(refused->status(), 503);
        QVERIFY(refused->answers().front().body.contains("circuit_open"));
        const auto served = send("works");
        QTRY_COMPARE(works.arrivalCount(), 1);

        const RawAnswer ready = ask(world.adminPort(), RawHttpClient::get("/readyz"));
        QCOMPARE(ready.status, 200);
        const QJsonObject readiness = QJsonDocument::fromJson(ready.body).object();
        QVERIFY(readiness["ready"_L1].toBool());
        const QJsonArray degraded = readiness["degraded"_L1].toArray();
        QCOMPARE(degraded.size(), 1);
        QCOMPARE(degraded[0].toObject()["code"_L1].toString(), u"circuit_open"_s);
        QVERIFY(degraded[0].toObject()["detail"_L1].toString().contains(dead.toString()));
    }
};

HOLDLINE_TEST(TestRouteLimitsService)
#include "tst_routelimitsservice.moc"
