// SPDX-License-Identifier: GPL-3.0-or-later
// Signals to the running program: SIGTERM drains, a second SIGTERM exits, SIGHUP reloads, SIGKILL kills.
#include "tests/support/asking.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

using Clients = std::vector<std::unique_ptr<RawHttpClient>>;

Clients hold(quint16 port, int count)
{
    Clients clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawHttpClient>(port));
        clients.back()->send(startRequest("account " + QByteArray::number(i % 10)));
    }
    return clients;
}

int answered(const Clients &clients, int status)
{
    return static_cast<int>(
        std::count_if(clients.begin(), clients.end(), [&](const auto &c) { return c->status() == status; }));
}

QString code(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body)[u"code"_s].toString();
}

}  // namespace

class TestHoldlineSignals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void drainFinishesWhatIsHeld_data();
    void drainFinishesWhatIsHeld();
    void drainTimeoutAnswersTheRest();
    void drainWithNothingHeldEndsAtOnce();
    void secondSignalEndsAtOnce();
    void goodReloadTakesEffect();
    void badReloadIsReportedAndChangesNothing();
    void reloadSaysWhatNeedsARestart();
    void killedAndRestarted();
};

void TestHoldlineSignals::drainFinishesWhatIsHeld_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestHoldlineSignals::drainFinishesWhatIsHeld()
{
    QFETCH(int, number);
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString(), u"--drain-timeout"_s, u"10m"_s,
                             u"--deadline"_s, u"5m"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    const Clients clients = hold(program.port(), 100);
    QTRY_COMPARE_WITH_TIMEOUT(upstream.arrivalCount(), 100, 60'000);
    QCOMPARE(program.metric("holdline_requests_held"), 100.0);

    program.send(number);
    QTRY_COMPARE(ask(program.adminPort(), RawHttpClient::get("/readyz")).status, 503);
    const QJsonDocument ready = QJsonDocument::fromJson(program.admin("/readyz"));
    QCOMPARE(ready[u"ready"_s].toBool(true), false);
    QCOMPARE(ready[u"reasons"_s].toArray(), QJsonArray({u"draining"_s}));
    QCOMPARE(program.admin("/livez"), QByteArray("ok\n"));
    QCOMPARE(program.metric("holdline_draining"), 1.0);

    const RawAnswer refused = ask(program.port(), startRequest("new"));
    QCOMPARE(refused.status, 503);
    QCOMPARE(code(refused), u"draining"_s);
    QVERIFY(!refused.headers.value("Retry-After").isEmpty());

    for (const ScriptedServer::Arrival &start : upstream.arrivals()) {
        QVERIFY(program.isRunning());
        QCOMPARE(postCallback(start).status, 200);
    }
    QTRY_COMPARE(answered(clients, 200), 100);
    for (const auto &client : clients)
        QCOMPARE(client->answers().front().body, result());
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
    QCOMPARE(upstream.arrivalCount(), 100);
}

void TestHoldlineSignals::drainTimeoutAnswersTheRest()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString(), u"--drain-timeout"_s, u"300ms"_s,
                             u"--deadline"_s, u"5m"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    const Clients clients = hold(program.port(), 100);
    QTRY_COMPARE_WITH_TIMEOUT(upstream.arrivalCount(), 100, 60'000);
    program.send(SIGTERM);
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
    QTRY_COMPARE(answered(clients, 504), 100);
    for (const auto &client : clients) {
        QCOMPARE(code(client->answers().front()), u"drain_timeout"_s);
        // No Retry-After here: `curl --retry` would repeat the request, and the job would run twice.
        QVERIFY(!client->answers().front().headers.contains("Retry-After"));
        QCOMPARE(client->answerCount(), 1);
    }
    QVERIFY2(program.err().trimmed().endsWith("message=stopped"), program.err().constData());
}

void TestHoldlineSignals::drainWithNothingHeldEndsAtOnce()
{
    HoldlineProgram program({u"--drain-timeout"_s, u"10m"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    program.send(SIGTERM);
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
}

void TestHoldlineSignals::secondSignalEndsAtOnce()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString(), u"--drain-timeout"_s, u"10m"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    const Clients clients = hold(program.port(), 10);
    QTRY_COMPARE(upstream.arrivalCount(), 10);
    program.send(SIGTERM);
    QTRY_COMPARE(program.metric("holdline_draining"), 1.0);
    program.send(SIGTERM);
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
    for (const auto &client : clients)
        QTRY_VERIFY(client->isClosed());
}

void TestHoldlineSignals::goodReloadTakesEffect()
{
    ScriptedServer upstream;
    ScriptedServer other;
    HoldlineProgram program({u"--config"_s, u"a.toml"_s});
    const QByteArray text = "[upstream]\nurl = \"%1\"\n[hold]\ndeadline = \"%2\"\n";
    const auto write = [&](const ScriptedServer &server, const QByteArray &deadline) {
        program.writeFile(u"a.toml"_s,
                          QByteArray(text).replace("%1", server.url().toEncoded()).replace("%2", deadline));
    };
    write(upstream, "5m");
    QVERIFY2(program.startListening(), program.err().constData());
    RawHttpClient before(program.port());
    before.send(startRequest("acme"));
    QTRY_COMPARE(upstream.arrivalCount(), 1);

    write(other, "200ms");
    program.send(SIGHUP);
    QTRY_COMPARE(program.metric("holdline_reloads_total{result=\"taken\"}"), 1.0);
    QVERIFY2(program.err().contains("configuration reloaded"), program.err().constData());
    const RawAnswer after = ask(program.port(), startRequest("acme"));
    QCOMPARE(after.status, 504);
    QCOMPARE(code(after), u"callback_timeout"_s);
    QCOMPARE(other.arrivalCount(), 1);
    QCOMPARE(upstream.arrivalCount(), 1);

    // A request from before the reload keeps its deadline, and its callback still reaches the waiting client.
    QCOMPARE(before.answerCount(), 0);
    QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
    QTRY_COMPARE(before.status(), 200);
}

void TestHoldlineSignals::badReloadIsReportedAndChangesNothing()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--config"_s, u"a.toml"_s, u"--upstream"_s, upstream.url().toString()});
    program.writeFile(u"a.toml"_s, "[hold]\ndeadline = \"200ms\"\n");
    QVERIFY2(program.startListening(), program.err().constData());
    program.writeFile(u"a.toml"_s, "[hold]\ndeadline = \"5m\"\nheld = \"many\"\n");
    program.send(SIGHUP);
    QTRY_COMPARE(program.metric("holdline_reloads_total{result=\"refused\"}"), 1.0);
    QCOMPARE(program.metric("holdline_reloads_total{result=\"taken\"}"), 0.0);
    QTRY_VERIFY2(program.err().contains("a.toml:3") && program.err().contains("hold.held"),
                 program.err().constData());
    QVERIFY2(program.err().contains("The running configuration stays"), program.err().constData());
    QCOMPARE(ask(program.port(), startRequest("acme")).status, 504);  // after 200 ms instead of 5 min
    QVERIFY(program.isRunning());
}

void TestHoldlineSignals::reloadSaysWhatNeedsARestart()
{
    HoldlineProgram program({u"--config"_s, u"a.toml"_s});
    program.writeFile(u"a.toml"_s, "");
    QVERIFY2(program.startListening(), program.err().constData());
    program.writeFile(u"a.toml"_s, "[server]\ncallback_url = \"http://elsewhere.example/callback\"\n");
    program.send(SIGHUP);
    QTRY_COMPARE(program.metric("holdline_reloads_total{result=\"taken\"}"), 1.0);
    QVERIFY2(program.err().contains("server.callback_url"), program.err().constData());
}

/// After SIGKILL with held requests, clients see the end of their connections. A restarted Holdline can
/// listen on the same address at once; it rejects callbacks for earlier requests.
void TestHoldlineSignals::killedAndRestarted()
{
    ScriptedServer upstream;
    auto first = std::make_unique<HoldlineProgram>(QStringList{u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(first->startListening(), first->err().constData());
    const Clients clients = hold(first->port(), 10);
    QTRY_COMPARE(upstream.arrivalCount(), 10);
    first->send(SIGKILL);
    QVERIFY(first->waitForEnd());
    for (const auto &client : clients) {
        QTRY_VERIFY(client->isClosed());
        QVERIFY(client->received().isEmpty());
    }
    Program second({QStringLiteral(HOLDLINE_PROGRAM), u"--listen"_s, u"127.0.0.1:%1"_s.arg(first->port()),
                    u"--admin-listen"_s, u"off"_s, u"--upstream"_s, upstream.url().toString()});
    second.start();
    QTRY_VERIFY2(second.err().contains("listening"), second.err().constData());
    QCOMPARE(postCallback(upstream.arrivals().first()).status, 404);
    RawHttpClient client(first->port());
    client.send(startRequest("acme"));
    QTRY_COMPARE(upstream.arrivalCount(), 11);
    QCOMPARE(postCallback(upstream.arrivals().last()).status, 200);
    QTRY_COMPARE(client.status(), 200);
}

HOLDLINE_TEST(TestHoldlineSignals)
#include "tst_holdlinesignals.moc"
