// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service over loopback: the main scenario, and faults.
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTcpSocket>
#include <QTest>

#include <random>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;

namespace {

int answered(const Report &report)
{
    int count = 0;
    for (const auto &[status, n] : report.statuses)
        count += n;
    return count;
}

LoadOptions load(int jobs, int accounts = 1)
{
    LoadOptions options;
    options.jobs = jobs;
    options.accounts = accounts;
    options.timeout = 100s;
    return options;
}

QByteArray explain(const Report &report)
{
    return report.toJson() + ' ' + report.failureText();
}

}  // namespace

class TestService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The main scenario: 50 blocking requests of one account, and a job server that serves one connection at
    /// a time.
    void mission()
    {
        JobServerOptions faithful;
        faithful.secret = "test";
        WholeService world(faithful);
        const Report report = world.run(load(50));
        QVERIFY2(report.passed(), explain(report).constData());
        QCOMPARE(report.succeeded, 50);
        QVERIFY(report.total < 5s);
        QCOMPARE(world.metric("holdline_upstream_connections"), 1);
        QSet<QByteArray> ids;
        for (const ProofEntry &entry : report.proofs)
            ids.insert(entry.id);
        QCOMPARE(ids.size(), 50);
        for (const ProofVerdict verdict : world.jobServer().judge("example", report.proofs))
            QCOMPARE(verdict, ProofVerdict::Valid);
        QCOMPARE(world.jobServer().stats().mostConnectionsOfOneAccount, 1);
        QCOMPARE(world.jobServer().stats().duplicateStarts, quint64(0));
    }

    /// Start requests use Qt's QNetworkAccessManager, which does not report its number of connections.
    void stockTransport()
    {
        Config config = WholeService::quietConfig();
        config.upstream.transport = UpstreamTransport::Qt;
        WholeService world(WholeService::quickJobs(), config);
        const Report report = world.run(load(100, 10));
        QVERIFY2(report.succeeded == 100, explain(report).constData());
        QCOMPARE(world.jobServer().stats().duplicateStarts, quint64(0));
        QCOMPARE(world.metric("holdline_upstream_connections"), -1);
    }

    void manyAccounts()
    {
        Config config = WholeService::quietConfig();
        config.hold.deadline = 100s;  // long enough for a slow machine
        WholeService world(WholeService::quickJobs(), config);
        const Report report = world.run(load(5000, 500));
        QVERIFY2(report.succeeded == 5000, explain(report).constData());
        QCOMPARE(world.jobServer().stats().mostConnectionsOfOneAccount, 1);
    }

    /// A long queue of one account delays another account's job by at most one start. So only a few of the
    /// queue's 500 starts are made while the other job runs.
    void longQueueDoesNotDelayOthers()
    {
        JobServerOptions slow = WholeService::quickJobs();
        slow.startLatency = 10ms;
        Config config = WholeService::quietConfig();
        config.hold.deadline = 100s;  // long enough for a slow machine to finish the queue
        WholeService world(slow, config);
        LoadOptions queue = load(500);
        queue.url = world.startUrl();
        queue.account = "big";
        LoadGenerator background(queue);
        background.start();
        QTRY_VERIFY_WITH_TIMEOUT(world.heldCount() > 250, 30'000);
        const auto startsOfBig = [&world] { return world.jobServer().stats().accounts["big"]; };
        const auto before = startsOfBig();
        LoadOptions single = load(1);
        single.account = "small";
        const Report report = world.run(single);
        QCOMPARE(report.succeeded, 1);
        QVERIFY(startsOfBig() - before < 150);
        QTRY_COMPARE_WITH_TIMEOUT(background.report().done(), 500, 60'000);
        QCOMPARE(background.report().succeeded, 500);
    }

    void slotConnection()
    {
        JobServerOptions strict = WholeService::quickJobs();
        strict.slot = SlotScope::Connection;
        // An upstream that serves one connection per account at a time needs this option.
        Config config = WholeService::quietConfig();
        config.upstream.connectionScope = ConnectionScope::Account;
        WholeService world(strict, config);
        const Report report = world.run(load(500, 100));
        QVERIFY2(report.succeeded == 500, explain(report).constData());
    }

    void faults_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<double>("percent");
        for (std::size_t fault = 0; fault < kFaultCount; ++fault) {
            for (const double percent : {10.0, 50.0, 100.0}) {
                const QByteArray name =
                    faultName(static_cast<Fault>(fault)) + ' ' + QByteArray::number(percent) + '%';
                QTest::newRow(name.constData()) << static_cast<int>(fault) << percent;
            }
        }
    }
    /// Every request gets exactly one well-formed response. A job that may have run is never started twice.
    void faults()
    {
        QFETCH(int, fault);
        QFETCH(double, percent);
        JobServerOptions faulty = WholeService::quickJobs();
        faulty.faults[static_cast<Fault>(fault)] = percent;
        faulty.faults.lateBy = 300ms;
        Config config = WholeService::quietConfig();
        config.hold.deadline = 1500ms;
        config.circuit.openFor = 100ms;
        const auto mostly = static_cast<Fault>(fault);
        const bool everyJobCanSucceed = mostly == Fault::Duplicate || mostly == Fault::Early ||
                                        mostly == Fault::Late || mostly == Fault::WrongId ||
                                        mostly == Fault::Reset || mostly == Fault::Garbage;
        // The circuit breaker is off. Otherwise an open circuit would refuse requests after the first failed
        // starts.
        if (everyJobCanSucceed)
            config.circuit.failures = 0;
        WholeService world(faulty, config);
        const Report report = world.run(load(60, 20));
        QCOMPARE(report.done(), 60);
        QVERIFY2(answered(report) == 60, explain(report).constData());
        QCOMPARE(world.jobServer().stats().duplicateStarts, quint64(0));
        QCOMPARE(world.heldCount(), 0);
        if (everyJobCanSucceed)
            QVERIFY2(report.succeeded == 60, explain(report).constData());
    }

    void everyFaultAtOnce()
    {
        JobServerOptions faulty = WholeService::quickJobs();
        for (std::size_t fault = 0; fault < kFaultCount; ++fault)
            faulty.faults[static_cast<Fault>(fault)] = 20;
        faulty.faults.lateBy = 300ms;
        Config config = WholeService::quietConfig();
        config.hold.deadline = 10s;
        config.circuit.failures = 0;
        WholeService world(faulty, config);
        const Report report = world.run(load(2000, 200));
        QCOMPARE(report.done(), 2000);
        QVERIFY2(answered(report) == 2000, explain(report).constData());
        QCOMPARE(world.jobServer().stats().duplicateStarts, quint64(0));
        QCOMPARE(world.heldCount(), 0);
        QVERIFY(report.succeeded > 500);
    }

    /// Half of the clients disconnect at random moments while callbacks arrive.
    void halfOfTheClientsVanish()
    {
        const QByteArray replay = qgetenv("HOLDLINE_SEED");
        const unsigned seed = replay.isEmpty() ? std::random_device()() : replay.toUInt();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        JobServerOptions jobs = WholeService::quickJobs();
        jobs.duration = 200ms;
        WholeService world(jobs);

        constexpr int kClients = 1000;
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        int answers = 0;
        const QByteArray body = R"({"account":"a%1","wait":true})";
        for (int i = 0; i < kClients; ++i) {
            auto socket = std::make_unique<QTcpSocket>();
            QTcpSocket *s = socket.get();
            const bool vanishes = i % 2 == 1;
            const auto leaveAfter = std::chrono::milliseconds(std::uniform_int_distribution(0, 400)(random));
            const bool byReset = std::uniform_int_distribution(0, 1)(random) == 1;
            connect(s, &QTcpSocket::connected, this, [=] {
                const QByteArray payload = QByteArray(body).replace("%1", QByteArray::number(i % 100));
                s->write("POST /start HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                         QByteArray::number(payload.size()) + "\r\n\r\n" + payload);
                if (!vanishes)
                    return;
                QTimer::singleShot(leaveAfter, s, [=] {
                    if (byReset)
                        s->abort();
                    else
                        s->disconnectFromHost();
                });
            });
            if (!vanishes) {
                connect(s, &QTcpSocket::readyRead, this, [&answers, s] {
                    const QByteArray answer = s->peek(64 * 1024);
                    if (answer.startsWith("HTTP/1.1 200 ") && answer.contains("\"proof\"")) {
                        s->readAll();
                        ++answers;
                    }
                });
            }
            socket->connectToHost(QHostAddress::LocalHost, world.port());
            sockets.push_back(std::move(socket));
        }
        QTRY_COMPARE_WITH_TIMEOUT(answers, kClients / 2, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(world.heldCount(), 0, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(world.jobServer().stats().callbacksInFlight == 0, 60'000);
    }

    /// 5,000 requests are held at once. Each job takes 20 s, so that even on a slow machine the first job
    /// does not end before the last request is held.
    void fiveThousandHeld()
    {
        JobServerOptions slow = WholeService::quickJobs();
        slow.duration = 20s;
        Config config = WholeService::quietConfig();
        config.hold.deadline = 100s;
        WholeService world(slow, config);
        LoadOptions options = load(5000, 500);
        options.limit = 60s;
        options.url = world.startUrl();
        LoadGenerator generator(options);
        generator.start();
        QTRY_COMPARE_WITH_TIMEOUT(world.heldCount(), 5000, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(generator.report().done(), 5000, 60'000);
        QVERIFY2(generator.report().succeeded == 5000, explain(generator.report()).constData());
    }

    /// Held clients use all connections. Callbacks use the reserved connections.
    void callbacksGetThroughAFullHouse()
    {
        Config config = WholeService::quietConfig();
        config.server.threads = 1;  // tst_shards tests several threads that share the connections
        config.limits.connections = 100;
        config.limits.callbackConnections = 8;
        JobServerOptions jobs = WholeService::quickJobs();
        jobs.duration = 3s;
        WholeService world(jobs, config);
        LoadOptions options = load(100, 10);
        options.url = world.startUrl();
        LoadGenerator generator(options);
        generator.start();
        QTRY_COMPARE(world.heldCount(), 100);
        // One more client finds no free connection and is refused at once.
        const Report tooMany = world.run(load(1));
        QCOMPARE(tooMany.statuses.count(503), std::size_t(1));
        QTRY_COMPARE_WITH_TIMEOUT(generator.report().done(), 100, 30'000);
        QVERIFY2(generator.report().succeeded == 100, explain(generator.report()).constData());
    }
};

HOLDLINE_TEST(TestService)
#include "tst_service.moc"
