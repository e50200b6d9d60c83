// SPDX-License-Identifier: GPL-3.0-or-later
// HttpListener when all connections or descriptors are used up.
#include "tests/support/echolistener.h"
#include "tests/support/processstatus.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>
#include <QTimer>

#include <memory>

#include <fcntl.h>
#include <unistd.h>

using namespace holdline;
using namespace holdline::http;
using namespace holdline::test;
using namespace std::chrono_literals;

namespace {

using Clients = std::vector<std::unique_ptr<RawHttpClient>>;

RawHttpClient &add(Clients &clients, quint16 port)
{
    clients.push_back(std::make_unique<RawHttpClient>(port));
    return *clients.back();
}

auto countIf(const Clients &clients, bool (*predicate)(const RawHttpClient &))
{
    return std::count_if(clients.begin(), clients.end(),
                         [predicate](const auto &client) { return predicate(*client); });
}

/// Opens descriptors until none is free or `count` are open. The destructor closes them.
class TakenDescriptors
{
public:
    explicit TakenDescriptors(int count)
    {
        for (int i = 0; i < count; ++i) {
            const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            if (descriptor < 0)
                break;
            m_descriptors.push_back(descriptor);
        }
    }
    ~TakenDescriptors()
    {
        for (const int descriptor : m_descriptors)
            ::close(descriptor);
    }
    Q_DISABLE_COPY_MOVE(TakenDescriptors)
    int count() const { return static_cast<int>(m_descriptors.size()); }

private:
    std::vector<int> m_descriptors;
};

}  // namespace

class TestListenerCapacity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void fiveThousandHeldAtOnce()
    {
        const DescriptorLimit raised(20'000);
        const int count = std::min(5'000, static_cast<int>(DescriptorLimit::current() - 500) / 2);
        EchoListener server;
        Clients clients;
        qint64 slowest = 0;
        while (static_cast<int>(clients.size()) < count) {
            // Connects in bursts of 1,000. That is more than the old backlog of 50, and less than somaxconn,
            // because only this thread accepts connections.
            QElapsedTimer burst;
            burst.start();
            for (int i = 0; i < 1'000 && static_cast<int>(clients.size()) < count; ++i)
                add(clients, server.port()).send(RawHttpClient::post("/held", "x"));
            QTRY_COMPARE(server.listener.connectionCount(), static_cast<int>(clients.size()));
            slowest = std::max(slowest, burst.elapsed());
        }
        QTRY_COMPARE(server.heldCount(), count);
        qInfo("%d held; slowest 1,000 connects took %lld ms", count, slowest);
        server.answerHeld();
        QTRY_COMPARE(countIf(clients, [](const RawHttpClient &client) { return client.status() == 200; }),
                     count);
        clients.clear();
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    void connectionsOverTheCap()
    {
        Limits limits;
        limits.maxConnections = 50;
        limits.reservedConnections = 10;
        EchoListener server(limits);
        server.listener.setReservedPath("/callback/");
        Clients held;
        for (int i = 0; i < 50; ++i)
            add(held, server.port()).send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(server.heldCount(), 50);

        Clients over;
        for (int i = 0; i < 200; ++i)
            add(over, server.port()).send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(countIf(over, [](const RawHttpClient &client) { return client.isClosed(); }), 200);
        for (const auto &client : over) {
            QVERIFY(!client->wasReset());
            QCOMPARE(client->answerCount(), 1);
            QCOMPARE(client->status(), 503);
            QVERIFY(client->answers()[0].headers.value("Retry-After").toInt() >= 1);
            QCOMPARE(client->answers()[0].headers.value("Content-Type"), "application/problem+json");
            QVERIFY(client->answers()[0].body.contains("\"overloaded\""));
        }
        QCOMPARE(server.heldCount(), 50);
        QTRY_COMPARE(server.listener.connectionCount(), 50);
        const int wakeUps = wakeUpsWithin(200ms);
        QVERIFY2(wakeUps < 50, QByteArray::number(wakeUps).constData());

        server.answerHeld();
        QTRY_COMPARE(countIf(held, [](const RawHttpClient &client) { return client.status() == 200; }), 50);
        // All connections are idle now, so the one that has been idle longest is closed.
        RawHttpClient next(server.port());
        next.send(RawHttpClient::get("/a"));
        QTRY_COMPARE(next.status(), 200);
        QVERIFY(next.isConnected());
        QTRY_COMPARE(countIf(held, [](const RawHttpClient &client) { return client.isClosed(); }), 1);
        QVERIFY(
            !std::any_of(held.begin(), held.end(), [](const auto &client) { return client->wasReset(); }));
    }

    void reservedPathIsServedWhileFull()
    {
        Limits limits;
        limits.maxConnections = 5;
        limits.reservedConnections = 3;
        EchoListener server(limits);
        server.listener.setReservedPath("/callback/");
        Clients held;
        for (int i = 0; i < 5; ++i)
            add(held, server.port()).send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(server.heldCount(), 5);

        // Silent connections in the reserve are closed with a response, the oldest first.
        Clients silent;
        for (int i = 0; i < 3; ++i)
            add(silent, server.port());
        QTRY_COMPARE(server.listener.connectionCount(), 8);
        for (int i = 0; i < 20; ++i) {
            RawHttpClient callback(server.port());
            callback.send(RawHttpClient::post("/callback/x", "ring"));
            QTRY_COMPARE(callback.answerCount(), 1);
            QCOMPARE(callback.answers()[0].body, "/callback/x|ring");
            QTRY_VERIFY(callback.isClosed());
        }
        QTRY_COMPARE(silent[0]->status(), 503);
        QCOMPARE(server.heldCount(), 5);

        // When the reserve is full of requests in progress, no further connection is accepted.
        Clients busy;
        for (int i = 0; i < 3; ++i)
            add(busy, server.port()).send(RawHttpClient::post("/callback/../held", "x"));
        QTRY_COMPARE(countIf(busy, [](const RawHttpClient &client) { return client.status() == 200; }), 3);

        // A connection slot that becomes free can be used by every client again.
        held.front()->reset();
        QTRY_COMPARE(server.aborted.size(), 1U);
        RawHttpClient next(server.port());
        next.send(RawHttpClient::get("/a"));
        QTRY_COMPARE(next.status(), 200);
        QVERIFY(next.isConnected());
    }

    void reservedConnectionsBecomeRegular()
    {
        Limits limits;
        limits.maxConnections = 1;
        limits.reservedConnections = 1;
        EchoListener server(limits);
        server.listener.setReservedPath("/callback/");
        RawHttpClient first(server.port());
        first.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        RawHttpClient second(server.port());
        QTRY_COMPARE(server.listener.connectionCount(), 2);
        first.reset();
        QTRY_COMPARE(server.listener.connectionCount(), 1);
        second.send(RawHttpClient::get("/a"));
        QTRY_COMPARE(second.status(), 200);
        second.send(RawHttpClient::get("/a"));
        QTRY_COMPARE(second.answerCount(), 2);
    }

    void withoutAReserve()
    {
        Limits limits;
        limits.maxConnections = 2;
        EchoListener server(limits);
        Clients clients;
        for (int i = 0; i < 2; ++i)
            add(clients, server.port()).send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 2);
        RawHttpClient silent(server.port());
        QTRY_VERIFY(silent.isClosed());
        QCOMPARE(silent.status(), 503);
        QVERIFY(!silent.wasReset());
    }

    void descriptorsRunOut()
    {
        const DescriptorLimit lowered(256);
        EchoListener server;
        Clients clients;
        for (int i = 0; i < 10; ++i)
            add(clients, server.port()).send(RawHttpClient::get("/a"));
        {
            // The kernel has made these connections, but no descriptor is free to accept them.
            const TakenDescriptors all(256);
            const int wakeUps = wakeUpsWithin(500ms);
            QVERIFY2(wakeUps < 100, QByteArray::number(wakeUps).constData());
            QCOMPARE(server.listener.connectionCount(), 0);
        }
        QTRY_COMPARE(countIf(clients, [](const RawHttpClient &client) { return client.status() == 200; }),
                     10);
    }

    void someDescriptorsAreLeftToOthers()
    {
        const DescriptorLimit lowered(256);
        EchoListener server;
        Clients clients;
        for (int i = 0; i < 150; ++i)
            add(clients, server.port()).send(RawHttpClient::get("/held"));
        const auto isSettled = [&] {
            return server.heldCount() +
                       countIf(clients, [](const RawHttpClient &client) { return client.status() == 503; }) ==
                   150;
        };
        QTRY_VERIFY(isSettled());
        QTRY_COMPARE(server.listener.connectionCount(), server.heldCount());
        QVERIFY(server.heldCount() > 20);
        QVERIFY(server.heldCount() < 150);
        const TakenDescriptors upstream(Limits().spareDescriptors);
        QCOMPARE(upstream.count(), Limits().spareDescriptors);
        server.answerHeld();
        QTRY_VERIFY(countIf(clients, [](const RawHttpClient &client) { return client.answerCount() == 1; }) ==
                    150);
    }

    void hangUpFlood()
    {
        EchoListener server;
        int opened = 0;
        // Some clients leave before they are accepted, and others while they are held, with FIN or with RST.
        const auto burst = [&](bool waitUntilHeld) {
            Clients clients;
            for (int i = 0; i < 100; ++i)
                add(clients, server.port()).send(RawHttpClient::post("/held", "x"));
            opened += 100;
            if (waitUntilHeld)
                QTRY_COMPARE(server.count, opened);
            for (std::size_t i = 0; i < clients.size(); i += 2)
                clients[i]->reset();
            clients.clear();
            QTRY_COMPARE(server.closed, opened);
        };
        for (int i = 0; i < 10; ++i)
            burst(true);
        const qint64 before = processKib("VmRSS");
        for (int i = 0; i < 190; ++i) {
            burst(i % 2 == 0);
            server.count = opened;
        }
        QCOMPARE(server.listener.connectionCount(), 0);
        QCOMPARE(server.listener.openExchanges(), 0);
        QCOMPARE(server.aborted.size(), server.held.size());
        const qint64 grown = processKib("VmRSS") - before;
        qInfo("%d closed, %lld KiB more", server.closed, grown);
        if constexpr (!hasShadowMemory())
            QVERIFY(grown < 5 * 1024);
    }
};

HOLDLINE_TEST(TestListenerCapacity)
#include "tst_listenercapacity.moc"
