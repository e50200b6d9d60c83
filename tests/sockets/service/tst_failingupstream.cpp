// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with an upstream that refuses many start requests, fails for one account, or is down for
// a while.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <memory>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// Returns a configuration with a deadline that is long enough for a slow machine.
Config patientConfig()
{
    Config config = WholeService::quietConfig();
    config.hold.deadline = 100s;
    return config;
}

LoadOptions load(int jobs, int accounts, const QByteArray &idempotencyPrefix = {})
{
    LoadOptions options;
    options.jobs = jobs;
    options.accounts = accounts;
    options.idempotencyPrefix = idempotencyPrefix;
    options.timeout = 100s;
    return options;
}

QByteArray explain(const Report &report)
{
    return report.toJson() + ' ' + report.failureText();
}

using Clients = std::vector<std::unique_ptr<RawHttpClient>>;

Clients send(quint16 port, int count, const QByteArray &request)
{
    Clients clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawHttpClient>(port));
        clients.back()->send(request);
    }
    return clients;
}

/// Returns the number of clients that got a response with this status.
int answered(const Clients &clients, int status)
{
    return static_cast<int>(std::count_if(
        clients.begin(), clients.end(), [status](const auto &client) { return client->status() == status; }));
}

QByteArray passingStart(const QByteArray &account)
{
    return RawHttpClient::post(
        "/start", R"({"account":")" + account + R"(","wait":false,"callback":"http://127.0.0.1:9/cb"})");
}

}  // namespace

Q_DECLARE_METATYPE(holdline::test::ScriptedServer::Script)

class TestFailingUpstream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesThirtyPercent_data()
    {
        QTest::addColumn<QByteArray>("prefix");
        QTest::newRow("plain") << QByteArray();
        QTest::newRow("keyed") << QByteArray("k");
    }
    /// Each start request gets a 503 with a probability of 30 %. Still, every job succeeds and runs once.
    void refusesThirtyPercent()
    {
        QFETCH(const QByteArray, prefix);
        JobServerOptions faulty = WholeService::quickJobs();
        faulty.faults[Fault::Start503] = 30;
        WholeService world(faulty, patientConfig());
        const Report report = world.run(load(300, 12, prefix));
        QVERIFY2(report.succeeded == 300, explain(report).constData());
        QVERIFY(world.metric("holdline_upstream_retries_total") > 50);
        QCOMPARE(world.jobServer().stats().duplicateStarts, quint64(0));
    }

    void failsForOneAccount_data()
    {
        using S = ScriptedServer;
        QTest::addColumn<S::Script>("script");
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<int>("status");
        QTest::newRow("500") << S::Script{S::write(S::answer(500, "no"))} << startRequest("hostile") << 502;
        QTest::newRow("503") << S::Script{S::write(S::answer(503, "later", "Retry-After: 3600\r\n"))}
                             << startRequest("hostile", "Prefer: wait=20\r\n") << 502;
        QTest::newRow("no answer before an impatient client leaves")
            << S::Script{S::hold()} << startRequest("hostile", "Prefer: wait=1\r\n") << 504;
        QTest::newRow("wait:false without an id")
            << S::Script{S::write(S::answer(200, R"({"state":"running"})"))} << passingStart("hostile")
            << 200;
        QTest::newRow("a redirect") << S::Script{S::write(S::answer(302, "", "Location: http://x/\r\n"))}
                                    << startRequest("hostile") << 502;
        QTest::newRow("too large") << S::Script{S::write(S::answer(200, QByteArray(4096, 'x')))}
                                   << startRequest("hostile", "Prefer: wait=1\r\n") << 504;
    }
    /// Failures of one account must not shut out other accounts.
    void failsForOneAccount()
    {
        QFETCH(const ScriptedServer::Script, script);
        QFETCH(const QByteArray, request);
        QFETCH(const int, status);
        ScriptedServer upstream;
        upstream.setFor("\"hostile\"", script);
        Config config = patientConfig();
        config.lanes.startsPerAccount = 30;
        config.upstream.maxAnswerBytes = 2048;
        WholeService world(upstream.url(), config);

        const Clients hostile = send(world.port(), 30, request);
        QTRY_COMPARE_WITH_TIMEOUT(answered(hostile, status), 30, 60'000);
        const int before = upstream.arrivalCount();
        const Clients good = send(world.port(), 10, startRequest("good"));
        QTRY_COMPARE_WITH_TIMEOUT(upstream.arrivalCount(), before + 10, 60'000);
        for (int i = before; i < before + 10; ++i)
            QCOMPARE(postCallback(upstream.arrivals().at(i)).status, 200);
        QTRY_COMPARE(answered(good, 200), 10);
        QCOMPARE(world.metric("holdline_circuit_open"), 0.0);
        QCOMPARE(world.metric("holdline_requests_total{outcome=\"circuit_open\"}"), 0.0);
    }

    /// The upstream is down. Requests that can wait do so, and all succeed when the upstream is up again.
    void isAwayForAWhile()
    {
        const quint16 port = ScriptedServer::unusedPort();
        WholeService world(QUrl(u"http://127.0.0.1:%1/start"_s.arg(port)), patientConfig());
        LoadOptions plainLoad = load(40, 8);
        plainLoad.url = world.startUrl();
        LoadOptions keyedLoad = load(40, 8, "k");
        keyedLoad.url = world.startUrl();
        LoadGenerator plain(plainLoad);
        LoadGenerator keyed(keyedLoad);
        plain.start();
        keyed.start();
        QTRY_COMPARE_WITH_TIMEOUT(world.metric("holdline_circuit_open"), 1.0, 60'000);
        // These requests arrive while the circuit is open.
        const RawAnswer handedOver = ask(world.port(), startRequest("late", "Prefer: respond-async\r\n"));
        QCOMPARE(handedOver.status, 202);
        const Clients late = send(world.port(), 10, startRequest("late"));
        QTRY_COMPARE_WITH_TIMEOUT(world.heldCount(), 90, 60'000);
        QCOMPARE(plain.report().done() + keyed.report().done() + answered(late, 503), 0);

        JobServer jobServer(WholeService::quickJobs());
        QVERIFY(jobServer.listen(QHostAddress::LocalHost, port));
        QTRY_COMPARE_WITH_TIMEOUT(plain.report().done() + keyed.report().done(), 80, 100'000);
        QVERIFY2(plain.report().succeeded == 40, explain(plain.report()).constData());
        QVERIFY2(keyed.report().succeeded == 40, explain(keyed.report()).constData());
        QTRY_COMPARE_WITH_TIMEOUT(answered(late, 200), 10, 60'000);
        const QByteArray result = handedOver.headers.value("Location") + "/result";
        const RawAnswer end = ask(world.port(), RawHttpClient::get(result, "Prefer: wait=60\r\n"));
        QCOMPARE(end.status, 200);
        QCOMPARE(jobServer.stats().duplicateStarts, quint64(0));
        QCOMPARE(world.metric("holdline_circuit_open"), 0.0);
    }

    /// A long Retry-After of the upstream is shortened, for Holdline's retries and for its clients.
    void longRetryAfterIsCut()
    {
        ScriptedServer upstream;
        upstream.setDefault(
            {ScriptedServer::write(ScriptedServer::answer(429, "too many", "Retry-After: 3600\r\n"))});
        Config config = patientConfig();
        config.hold.deadline = 5s;
        WholeService world(upstream.url(), config);
        const RawAnswer answer = ask(world.port(), startRequest("a"));
        QCOMPARE(answer.status, 429);
        QCOMPARE(answer.body, QByteArray("too many"));
        QCOMPARE(answer.headers.value("Retry-After"), QByteArray("60"));
        QCOMPARE(upstream.arrivalCount(), 1);
    }
};

HOLDLINE_TEST(TestFailingUpstream)
#include "tst_failingupstream.moc"
