// SPDX-License-Identifier: GPL-3.0-or-later
// Limits for large bodies, and for bytes that clients still send after a refusal. They limit bytes,
// connections, and bytes per turn of the event loop.
#include "tests/support/echolistener.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

using namespace holdline;
using namespace holdline::http;
using holdline::test::EchoListener;
using holdline::test::RawHttpClient;
using namespace std::chrono_literals;

namespace {

using Clients = std::vector<std::unique_ptr<RawHttpClient>>;

constexpr qsizetype kBody = 1'000'000;
constexpr int kClients = 8;

QByteArray headOf(const QByteArray &path, qsizetype length)
{
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + QByteArray::number(length) +
           "\r\n\r\n";
}

Clients senders(const EchoListener &server, const QByteArray &bytes)
{
    Clients clients;
    for (int i = 0; i < kClients; ++i) {
        clients.push_back(std::make_unique<RawHttpClient>(server.port()));
        clients.back()->send(bytes);
    }
    return clients;
}

/// Runs turns of the event loop until `isOver` returns true. Returns the number of turns.
template <typename Condition>
int turnsUntil(Condition isOver)
{
    constexpr int kMost = 100'000;
    int turns = 0;
    for (; turns < kMost && !isOver(); ++turns)
        QCoreApplication::processEvents();
    return turns;
}

}  // namespace

class TestListenerLinger : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }
    void whatIsDiscardedHasALimit();
    void aModerateBodyIsDiscarded();
    void onlySoManyLinger();
    void largeBodiesTakeTurns();
    void bodiesForTheReservedPathDoNotWait();
    void discardedBodiesTakeTurns();
};

void TestListenerLinger::whatIsDiscardedHasALimit()
{
    Limits limits;
    limits.lingerTimeout = 1h;
    limits.lingerBytes = 500'000;
    EchoListener server(limits);
    RawHttpClient client(server.port());
    client.stopReading();
    client.send(headOf("/a", 100'000'000));
    QTRY_COMPARE(server.refused, std::vector<int>{413});
    client.send(QByteArray(20'000'000, 'x'));
    QTRY_COMPARE(server.listener.connectionCount(), 0);
    client.startReading();
    QTRY_VERIFY(client.isClosed());
}

void TestListenerLinger::aModerateBodyIsDiscarded()
{
    Limits limits;
    limits.maxBodyBytes = kBody - 1;
    EchoListener server(limits);
    const Clients clients = senders(server, headOf("/a", kBody) + QByteArray(kBody, 'x'));
    for (const auto &client : clients) {
        QTRY_VERIFY(client->isClosed());
        QCOMPARE(client->status(), 413);
        QVERIFY(!client->wasReset());
    }
}

void TestListenerLinger::onlySoManyLinger()
{
    Limits limits;
    limits.lingerTimeout = 1h;
    limits.lingering = 3;
    EchoListener server(limits);
    Clients clients;
    for (int i = 0; i < kClients; ++i) {
        clients.push_back(std::make_unique<RawHttpClient>(server.port()));
        clients.back()->stopReading();
        clients.back()->send("no HTTP\r\n\r\n");
    }
    QTRY_COMPARE(server.refused, std::vector<int>(kClients, 400));
    QTRY_COMPARE(server.listener.connectionCount(), 3);
    QCOMPARE(server.closed, kClients - 3);
    for (const auto &client : clients) {
        client->startReading();
        QTRY_COMPARE(client->status(), 400);
    }
    QTRY_COMPARE(server.listener.connectionCount(), 0);
}

void TestListenerLinger::largeBodiesTakeTurns()
{
    Limits limits;
    limits.bodyBytesPerTurn = 64 * 1024;
    EchoListener server(limits);
    const Clients clients = senders(server, headOf("/held", kBody) + QByteArray(kBody, 'x'));
    const int turns = turnsUntil([&server] { return server.heldCount() == kClients; });
    QCOMPARE(server.heldCount(), kClients);
    QCOMPARE(server.last.body.size(), kBody);
    // The last read of a turn may begin with one byte left, and the first KiB of each body are not counted.
    const auto most = limits.bodyBytesPerTurn + 64 * 1024;
    const auto least = kClients * (kBody - 32 * 1024) / most;
    QVERIFY2(turns >= least, QByteArray::number(turns).constData());
}

void TestListenerLinger::bodiesForTheReservedPathDoNotWait()
{
    Limits limits;
    limits.bodyBytesPerTurn = 1;
    EchoListener server(limits);
    server.listener.setReservedPath("/held/callback/");
    std::vector<QByteArray> order;
    connect(&server.listener, &HttpListener::requestReceived, this,
            [&order](ExchangeId, const Request &request) { order.push_back(request.target); });
    const Clients clients = senders(server, headOf("/held", kBody) + QByteArray(kBody, 'x'));
    RawHttpClient callback(server.port());
    callback.send(headOf("/held/callback/x", kBody) + QByteArray(kBody, 'x'));
    QTRY_COMPARE(order.size(), clients.size() + 1);
    // This body was read in half of all turns, so the others together were not read more often.
    const auto found = std::find(order.begin(), order.end(), "/held/callback/x");
    QVERIFY(found - order.begin() < kClients / 2);
}

void TestListenerLinger::discardedBodiesTakeTurns()
{
    Limits limits;
    limits.lingerTimeout = 1h;
    limits.maxBodyBytes = kBody - 1;
    limits.discardedBytesPerTurn = 32 * 1024;
    EchoListener server(limits);
    const Clients clients = senders(server, headOf("/a", kBody) + QByteArray(kBody, 'x'));
    for (const auto &client : clients)
        client->stopReading();
    const int refusals = turnsUntil([&server] { return server.refused.size() == kClients; });
    for (const auto &client : clients)
        client->finishSending();
    const int turns = turnsUntil([&server] { return server.listener.connectionCount() == 0; }) + refusals;
    QCOMPARE(server.listener.connectionCount(), 0);
    // The first KiB are read together with the head.
    const auto least = kClients * (kBody - 16 * 1024) / limits.discardedBytesPerTurn;
    QVERIFY2(turns >= least, QByteArray::number(turns).constData());
}

HOLDLINE_TEST(TestListenerLinger)
#include "tst_listenerlinger.moc"
