// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with four threads. It must behave like one service, whichever shard a request reaches.
// tst_service also runs with four threads. Run this test with the tsan preset too.
#include "core/job/jobid.h"
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>

#include <algorithm>
#include <memory>
#include <mutex>
#include <random>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int kThreads = 4;

Config fourThreads()
{
    Config config = WholeService::quietConfig();
    config.server.threads = kThreads;
    return config;
}

LoadOptions load(int jobs, int accounts = 1)
{
    LoadOptions options;
    options.jobs = jobs;
    options.accounts = accounts;
    options.timeout = 100s;
    options.limit = 100s;
    return options;
}

QByteArray explain(const Report &report)
{
    return report.toJson() + ' ' + report.failureText();
}

/// Returns options for jobs that take `duration`.
JobServerOptions jobsOf(std::chrono::milliseconds duration)
{
    JobServerOptions options = WholeService::quickJobs();
    options.duration = duration;
    return options;
}

/// Returns the sum of a counter over all its labels.
double sumOf(const QByteArray &page, const QByteArray &name)
{
    double sum = 0;
    for (const QByteArray &line : page.split('\n')) {
        if (line.startsWith(name + '{') || line.startsWith(name + ' '))
            sum += line.mid(line.lastIndexOf(' ') + 1).toDouble();
    }
    return sum;
}

using Clients = std::vector<std::unique_ptr<RawHttpClient>>;

Clients hold(quint16 port, int count, int accounts)
{
    Clients clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawHttpClient>(port));
        clients.back()->send(startRequest("account " + QByteArray::number(i % accounts)));
    }
    return clients;
}

int answered(const Clients &clients, int status)
{
    return static_cast<int>(
        std::count_if(clients.begin(), clients.end(), [&](const auto &c) { return c->status() == status; }));
}

/// Collects the log lines of all threads.
class KeptLines : public LogSink
{
public:
    LogWrite write(QByteArrayView lines) override
    {
        const std::lock_guard lock(m_mutex);
        m_text.append(lines);
        return LogWrite::Done;
    }
    QByteArray text() const
    {
        const std::lock_guard lock(m_mutex);
        return m_text;
    }

private:
    mutable std::mutex m_mutex;
    QByteArray m_text;
};

unsigned announcedSeed()
{
    const QByteArray replay = qgetenv("HOLDLINE_SEED");
    const unsigned seed = replay.isEmpty() ? std::random_device()() : replay.toUInt();
    qInfo("seed %u", seed);
    return seed;
}

}  // namespace

class TestShards : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Requests of one account arrive at all shards, and still wait in one queue for the upstream.
    void oneAccountIsOneLane()
    {
        WholeService world(jobsOf(500ms), fourThreads());
        LoadOptions options = load(200);
        options.url = world.startUrl();
        LoadGenerator generator(options);
        generator.start();
        QTRY_COMPARE_WITH_TIMEOUT(generator.report().done(), 200, 60'000);
        QVERIFY2(generator.report().succeeded == 200, explain(generator.report()).constData());
        QCOMPARE(world.jobServer().stats().mostConnectionsOfOneAccount, 1);
        QCOMPARE(world.jobServer().stats().longestLine, 0);  // no other start request delayed it
        QCOMPARE(world.jobServer().stats().duplicateStarts, quint64(0));
        QCOMPARE(world.metric("holdline_threads"), 4.0);
        // The probability that all 200 connections reach the account's own shard is 1 in 4^200.
        const double forwarded = world.metric("holdline_forwarded_total{kind=\"start\"}");
        QVERIFY2(forwarded > 0 && forwarded < 200, QByteArray::number(forwarded).constData());
    }

    /// Callbacks arrive on any connection, and so at any shard.
    void callbacksThroughEveryShard()
    {
        constexpr int kJobs = 100;
        ScriptedServer upstream;
        WholeService world(upstream.url(), fourThreads());
        const Clients clients = hold(world.port(), kJobs, kJobs);
        QTRY_COMPARE_WITH_TIMEOUT(upstream.arrivalCount(), kJobs, 30'000);
        QCOMPARE(world.heldCount(), kJobs);
        for (const ScriptedServer::Arrival &start : upstream.arrivals()) {
            QCOMPARE(postCallback(start, result("wrong")).status, 409);
            QCOMPARE(postCallback(start).body, QByteArray(R"({"callback":"matched"})"));
            QCOMPARE(postCallback(start).body, QByteArray(R"({"callback":"duplicate"})"));
        }
        QTRY_COMPARE(answered(clients, 200), kJobs);
        for (const auto &client : clients)
            QCOMPARE(client->answers().front().body, result());
        const double forwarded = world.metric("holdline_forwarded_total{kind=\"callback\"}");
        QVERIFY2(forwarded > 0 && forwarded < 3 * kJobs, QByteArray::number(forwarded).constData());
    }

    void unknownCallbacksThroughEveryShard()
    {
        WholeService world(WholeService::quickJobs(), fourThreads());
        for (int i = 0; i < 10; ++i) {
            for (const int shard : {0, 1, 2, 3, 4, 255}) {
                const RawAnswer answer =
                    ask(world.port(),
                        RawHttpClient::post(
                            "/callback/" + CallbackToken::make(0, static_cast<std::uint8_t>(shard)).toText(),
                            result()));
                QCOMPARE(answer.status, 404);
            }
        }
        QCOMPARE(world.metric("holdline_callbacks_total{result=\"unknown\"}"), 60.0);
    }

    /// With hold.half_close = "hold", half-closed clients get the responses of all accounts.
    void halfClosedClientsAreHeld()
    {
        Config config = fourThreads();
        config.hold.halfClose = HalfClose::Hold;
        ScriptedServer upstream;
        WholeService world(upstream.url(), config);
        const Clients clients = hold(world.port(), 20, 20);
        QTRY_COMPARE(upstream.arrivalCount(), 20);
        for (const auto &client : clients)
            client->finishSending();
        // A client that has really gone is noticed by its reset.
        const auto gone = [&world] {
            return world.metric("holdline_requests_total{outcome=\"client_gone\"}");
        };
        clients[0]->reset();
        QTRY_COMPARE(gone(), 1.0);
        QCOMPARE(world.heldCount(), 19);
        for (const ScriptedServer::Arrival &start : upstream.arrivals())
            QCOMPARE(postCallback(start).status, 200);
        QTRY_COMPARE(answered(clients, 200), 19);
        QCOMPARE(gone(), 1.0);
    }

    /// A response that needs no message between shards reaches a half-closed client.
    void halfClosedClientOfAnyShard()
    {
        WholeService world(WholeService::quickJobs(), fourThreads());
        for (int i = 0; i < 20; ++i) {
            RawHttpClient client(world.port());
            client.send(RawHttpClient::post("/start", "no JSON"));
            client.finishSending();
            QTRY_COMPARE(client.status(), 400);
        }
    }

    /// The metrics page shows sums over all shards, which equal the counts of clients and upstream.
    void metricsAreSums()
    {
        JobServerOptions faulty = WholeService::quickJobs();
        faulty.faults[Fault::Failed] = 20;
        faulty.faults[Fault::Duplicate] = 20;
        faulty.faults[Fault::Start500] = 10;
        Config config = fourThreads();
        config.circuit.failures = 0;
        WholeService world(faulty, config);
        const Report report = world.run(load(400, 80));
        QCOMPARE(report.done(), 400);
        QTRY_COMPARE(world.jobServer().stats().callbacksInFlight + world.jobServer().stats().callbacksQueued,
                     0);
        const JobServerStats &upstream = world.jobServer().stats();
        const QByteArray page = world.admin("/metrics");
        QCOMPARE(sumOf(page, "holdline_requests_total"), 400.0);
        const auto statuses = [&report](int status) {
            const auto found = report.statuses.find(status);
            return found == report.statuses.end() ? 0.0 : double(found->second);
        };
        QCOMPARE(metricIn(page, "holdline_requests_total{outcome=\"completed\"}") +
                     metricIn(page, "holdline_requests_total{outcome=\"job_failed\"}"),
                 statuses(200));
        QCOMPARE(metricIn(page, "holdline_requests_total{outcome=\"upstream_error\"}"), statuses(502));
        QCOMPARE(metricIn(page, "holdline_upstream_starts_total{fate=\"accepted\"}"),
                 double(upstream.starts));
        QCOMPARE(sumOf(page, "holdline_upstream_starts_total"), double(upstream.requests));
        QCOMPARE(metricIn(page, "holdline_upstream_start_duration_seconds_count"), double(upstream.requests));
        QCOMPARE(metricIn(page, "holdline_request_duration_seconds_count"), 400.0);
        QCOMPARE(sumOf(page, "holdline_callbacks_total"), double(upstream.callbacks));
        QCOMPARE(metricIn(page, "holdline_callbacks_total{result=\"duplicate\"}"),
                 double(upstream.callbacks - upstream.starts));
        QCOMPARE(metricIn(page, "holdline_requests_held"), 0.0);
        QCOMPARE(metricIn(page, "holdline_starts_in_flight"), 0.0);
        QCOMPARE(metricIn(page, "holdline_parked_jobs"), 400.0);
    }

    /// Each shard writes its own log lines. No line is missing, cut or mixed with another.
    void accessLogOfAllShards()
    {
        JobServer upstream(WholeService::quickJobs());
        QVERIFY(upstream.listen(QHostAddress::LocalHost, 0));
        Config config = fourThreads();
        config.server.listen = {{u"127.0.0.1"_s, 0}};
        config.server.adminListen = {};
        config.upstream.url = QUrl(u"http://127.0.0.1:%1/start"_s.arg(upstream.port()));
        config.log.accessLinesPerSecond = 100'000;
        KeptLines sink;
        Service service(config, sink);
        QVERIFY(service.start());
        LoadOptions options = load(400, 40);
        options.url = QUrl(u"http://127.0.0.1:%1/start"_s.arg(service.port()));
        LoadGenerator generator(options);
        generator.start();
        QTRY_COMPARE_WITH_TIMEOUT(generator.report().succeeded, 400, 60'000);
        QTRY_COMPARE(sink.text().count('\n'), 400);
        for (const QByteArray &line : sink.text().chopped(1).split('\n')) {
            QVERIFY2(line.startsWith("time=") && line.count("time=") == 1, line.constData());
            QVERIFY2(line.contains(" outcome=completed ") && line.contains(" upstream_id="),
                     line.constData());
        }
    }

    /// All connections of every shard are in use. The shares add up to the limit, and callbacks are still
    /// accepted.
    void fullHouse()
    {
        Config config = fourThreads();
        config.limits.connections = 40;
        config.limits.callbackConnections = 16;
        WholeService world(jobsOf(5s), config);
        // The probability that one of the four shards gets fewer than its 10 of the 400 connections is 1 in
        // 10^30.
        LoadOptions options = load(400, 40);
        options.url = world.startUrl();
        LoadGenerator generator(options);
        generator.start();
        QTRY_COMPARE_WITH_TIMEOUT(generator.report().done(), 360, 30'000);
        QCOMPARE(generator.report().statuses.at(503), 360);
        QTRY_COMPARE_WITH_TIMEOUT(generator.report().done(), 400, 30'000);
        QVERIFY2(generator.report().succeeded == 40, explain(generator.report()).constData());
    }

    void drainWithRequestsHeldInAllShards()
    {
        WholeService world(jobsOf(3s), fourThreads());
        const Clients clients = hold(world.port(), 200, 50);
        QTRY_COMPARE_WITH_TIMEOUT(world.heldCount(), 200, 30'000);
        QSignalSpy finished(&world.service(), &Service::finished);
        world.service().drain();
        world.service().drain();  // a second drain() has no effect
        QVERIFY(world.admin("/readyz").contains("draining"));
        QTRY_COMPARE(world.metric("holdline_draining"), 1.0);
        // Each shard refuses requests, for its own accounts and for accounts of other shards.
        for (int i = 0; i < 16; ++i)
            QCOMPARE(ask(world.port(), startRequest(QByteArray::number(i))).status, 503);
        QVERIFY(finished.isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(answered(clients, 200), 200, 30'000);
        QTRY_VERIFY(!finished.isEmpty());
    }

    void drainTimeoutOfAllShards()
    {
        Config config = fourThreads();
        config.hold.drainTimeout = 300ms;
        WholeService world(jobsOf(20s), config);
        const Clients clients = hold(world.port(), 200, 50);
        QTRY_COMPARE_WITH_TIMEOUT(world.heldCount(), 200, 30'000);
        QSignalSpy finished(&world.service(), &Service::finished);
        world.service().drain();
        QTRY_COMPARE_WITH_TIMEOUT(answered(clients, 504), 200, 30'000);
        QTRY_VERIFY(!finished.isEmpty());
        for (const auto &client : clients)
            QCOMPARE(client->answerCount(), 1);
    }

    void reloadReachesEveryShard()
    {
        Config config = fourThreads();
        WholeService world(jobsOf(20s), config);
        const Clients before = hold(world.port(), 40, 40);
        QTRY_COMPARE_WITH_TIMEOUT(world.heldCount(), 40, 30'000);
        config.server.listen = {{u"127.0.0.1"_s, world.port()}};
        config.upstream.url = QUrl(u"http://127.0.0.1:%1/start"_s.arg(world.jobServer().port()));
        config.hold.held = 40;
        config.hold.deadline = 300ms;
        QSignalSpy reloaded(&world.service(), &Service::reloaded);
        world.service().reload(config);
        QTRY_COMPARE(reloaded.size(), 1);
        // Each shard may hold 10 requests. Shards with 10 or more refuse. The others answer after the new
        // deadline.
        const Clients after = hold(world.port(), 100, 100);
        QTRY_COMPARE_WITH_TIMEOUT(answered(after, 503) + answered(after, 504), 100, 30'000);
        QVERIFY(answered(after, 503) > 0);
        QCOMPARE(answered(before, 0), 40);
        QCOMPARE(world.metric("holdline_reloads_total{result=\"taken\"}"), 1.0);
    }

    /// The service is destroyed at a random moment, with messages in transit between all shards.
    void destroyedUnderLoad()
    {
        std::mt19937 random(announcedSeed());
        for (int round = 0; round < 10; ++round) {
            auto world = std::make_unique<WholeService>(jobsOf(20ms), fourThreads());
            LoadOptions options = load(100'000, 100);
            options.concurrency = 100;
            options.url = world->startUrl();
            LoadGenerator generator(options);
            generator.start();
            const int enough = std::uniform_int_distribution(0, 400)(random);
            QTRY_VERIFY_WITH_TIMEOUT(generator.report().done() >= enough, 30'000);
            world.reset();
        }
    }

    void destroyedWhileItHolds()
    {
        auto world = std::make_unique<WholeService>(jobsOf(20s), fourThreads());
        const Clients clients = hold(world->port(), 100, 25);
        QTRY_COMPARE_WITH_TIMEOUT(world->heldCount(), 100, 30'000);
        world.reset();
        for (const auto &client : clients) {
            QTRY_VERIFY(client->isClosed());
            QCOMPARE(client->answerCount(), 0);
        }
    }

    void destroyedBeforeItServed()
    {
        for (int i = 0; i < 10; ++i)
            WholeService(WholeService::quickJobs(), fourThreads());
    }

    /// The shards share their listen address with each other, but with no other process.
    void takenAddress()
    {
        WholeService world(WholeService::quickJobs(), fourThreads());
        Config config = fourThreads();
        config.server.listen = {{u"127.0.0.1"_s, world.port()}};
        config.server.adminListen = {};
        DescriptorSink sink(2);
        for (const int threads : {1, kThreads}) {
            config.server.threads = threads;
            Service second(config, sink);
            QVERIFY(!second.start());
            QVERIFY2(second.errorString().contains(QString::number(world.port())),
                     qPrintable(second.errorString()));
        }
    }

    void ipv6()
    {
        Config config = fourThreads();
        config.server.listen = {{u"::1"_s, 0}};
        config.server.adminListen = {};
        DescriptorSink sink(2);
        Service service(config, sink);
        if (!service.start())
            QSKIP("no IPv6 here");
        for (int i = 0; i < 20; ++i) {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress::LocalHostIPv6, service.port());
            QTRY_COMPARE(socket.state(), QAbstractSocket::ConnectedState);
            socket.write(RawHttpClient::post("/start", "no JSON"));
            QTRY_VERIFY(socket.peek(12) == "HTTP/1.1 400");
        }
    }
};

HOLDLINE_TEST(TestShards)
#include "tst_shards.moc"
