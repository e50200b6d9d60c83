// SPDX-License-Identifier: GPL-3.0-or-later
// HttpListener when a time limit or a memory limit is reached.
#include "tests/support/echolistener.h"
#include "tests/support/processstatus.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>
#include <QTimer>

#include <memory>

using namespace holdline;
using namespace holdline::http;
using namespace holdline::test;
using namespace std::chrono_literals;

class TestListenerLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void memoryStaysFlat_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray chunked = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
        QTest::addRow("chunk size -80000001") << chunked + "-80000001\r\n";
        QTest::addRow("chunk size 7fffffffffffff") << chunked + "7fffffffffffff\r\n";
        QTest::addRow("header of 10 MB") << "GET / HTTP/1.1\r\nHost: h\r\nX: " + QByteArray(10'000'000, 'a');
        QTest::addRow("body of 20 MB")
            << "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n" + QByteArray(20'000'000, 'a');
    }
    void memoryStaysFlat()
    {
        QFETCH(QByteArray, bytes);
        EchoListener server;
        {
            RawHttpClient warmUp(server.port());
            warmUp.send(bytes.first(60) + '\x01');
            QTRY_VERIFY(warmUp.isClosed());
        }
        RawHttpClient client(server.port());
        client.send(bytes);
        const qint64 before = processKib("VmPeak");
        QTRY_VERIFY(client.isClosed());
        QVERIFY(client.status() >= 400);
        QVERIFY2(processKib("VmPeak") - before < 2048,
                 QByteArray::number(processKib("VmPeak") - before).constData());
    }

    void slowSenders_data()
    {
        QTest::addColumn<QByteArray>("start");
        QTest::addColumn<QByteArray>("trickle");
        QTest::addColumn<int>("status");
        const QByteArray head = "POST /a HTTP/1.1\r\nHost: h\r\n";
        QTest::addRow("silent") << QByteArray() << QByteArray() << 0;
        QTest::addRow("half a header") << head << QByteArray() << 408;
        QTest::addRow("header byte by byte") << head + "X: " << QByteArray("a") << 408;
        QTest::addRow("request line byte by byte") << QByteArray("GET /") << QByteArray("a") << 408;
        QTest::addRow("half a body") << head + "Content-Length: 100\r\n\r\n" << QByteArray() << 408;
        QTest::addRow("body byte by byte") << head + "Content-Length: 9999\r\n\r\n" << QByteArray("a") << 408;
        QTest::addRow("chunks byte by byte") << head + "Transfer-Encoding: chunked\r\n\r\n"
                                             << QByteArray("1\r\na\r\n") << 408;
        QTest::addRow("empty lines") << QByteArray("\r\n\r\n") << QByteArray() << 0;
    }
    void slowSenders()
    {
        QFETCH(QByteArray, start);
        QFETCH(QByteArray, trickle);
        QFETCH(int, status);
        Limits limits;
        limits.headTimeout = 150ms;
        limits.bodyTimeout = 150ms;
        EchoListener server(limits);
        QElapsedTimer elapsed;
        elapsed.start();
        RawHttpClient client(server.port());
        client.send(start);
        QTimer timer;
        connect(&timer, &QTimer::timeout, &timer, [&] { client.send(trickle); });
        if (!trickle.isEmpty())
            timer.start(20);
        QTRY_VERIFY(client.isClosed());
        QVERIFY(elapsed.elapsed() >= 150);
        QVERIFY(!client.wasReset());
        QCOMPARE(client.status(), status);
        QCOMPARE(client.answerCount(), status == 0 ? 0 : 1);
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    void idleConnectionsAreClosed()
    {
        Limits limits;
        limits.idleTimeout = 150ms;
        EchoListener server(limits);
        RawHttpClient client(server.port());
        QElapsedTimer elapsed;
        elapsed.start();
        client.send(RawHttpClient::get("/a"));
        QTRY_VERIFY(client.isClosed());
        QVERIFY(elapsed.elapsed() >= 150);
        QCOMPARE(client.answerCount(), 1);
        QVERIFY(!client.wasReset());
    }

    void requestRacingWithTheIdleLimit()
    {
        Limits limits;
        limits.idleTimeout = 30ms;
        EchoListener server(limits);
        int served = 0;
        int closed = 0;
        for (int round = 0; round < 20; ++round) {
            std::vector<std::unique_ptr<RawHttpClient>> clients;
            for (int i = 0; i < 10; ++i) {
                RawHttpClient &client = *clients.emplace_back(std::make_unique<RawHttpClient>(server.port()));
                client.send(RawHttpClient::get("/a"));
                QTRY_COMPARE(client.answerCount(), 1);
                QTimer::singleShot(std::chrono::milliseconds(20 + i), Qt::PreciseTimer, &client,
                                   [&client] { client.send(RawHttpClient::post("/b", "x")); });
            }
            for (const auto &client : clients) {
                QTRY_VERIFY(client->isClosed());
                QVERIFY(!client->wasReset());
                QVERIFY(client->hasOnlyWholeAnswers());
                client->answerCount() == 2 ? ++served : ++closed;
            }
        }
        qInfo("%d served, %d closed cleanly", served, closed);
    }

    void pipeliningWithoutReading()
    {
        EchoListener server;
        RawHttpClient flood(server.port());
        flood.stopReading();
        flood.send(RawHttpClient::get("/flood").repeated(400'000));
        const qint64 before = processKib("VmRSS");
        RawHttpClient other(server.port());
        for (int i = 1; i <= 300; ++i) {
            other.send(RawHttpClient::get("/other"));
            QTRY_COMPARE(other.answerCount(), i);
        }
        int last = -1;
        QTRY_VERIFY(std::exchange(last, server.count) == server.count);
        QVERIFY(server.count < 400'000);
        const qint64 grown = processKib("VmRSS") - before;
        qInfo("%d of 400000 served, %lld KiB more", server.count - 300, grown);
        if constexpr (!hasShadowMemory())
            QVERIFY(grown < 5 * 1024);
        // The listener continues as soon as the client reads.
        const int stalledAt = server.count;
        flood.startReading();
        QTRY_VERIFY(server.count > stalledAt + 10'000);
        flood.reset();
        QTRY_COMPARE(server.listener.connectionCount(), 1);
    }

    void slowReaderIsCutOff()
    {
        Limits limits;
        limits.writeTimeout = 200ms;
        EchoListener server(limits);
        RawHttpClient client(server.port());
        client.stopReading();
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        server.answerHeld(QByteArray(20'000'000, 'x'));
        QCOMPARE(server.listener.openExchanges(), 0);
        QCOMPARE(server.closed, 0);
        QTRY_COMPARE(server.closed, 1);
        QCOMPARE(server.listener.connectionCount(), 0);
    }

    void aLargeAnswerArrivesWhole()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held", "Connection: close\r\n"));
        QTRY_COMPARE(server.heldCount(), 1);
        const QByteArray body(20'000'000, 'x');
        server.answerHeld(body);
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 1);
        QVERIFY(client.answers()[0].body == body);
    }

    void limitsCanBeChangedWhileRunning()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::post("/a", QByteArray(100, 'x')));
        QTRY_COMPARE(client.status(), 200);
        Limits limits;
        limits.maxBodyBytes = 10;
        server.listener.setLimits(limits);
        RawHttpClient other(server.port());
        other.send(RawHttpClient::post("/a", QByteArray(100, 'x')));
        QTRY_COMPARE(other.status(), 413);
        client.send(RawHttpClient::get("/b"));
        QTRY_COMPARE(client.status(1), 200);
        client.send(RawHttpClient::post("/a", QByteArray(100, 'x')));
        QTRY_COMPARE(client.status(2), 413);
    }
};

HOLDLINE_TEST(TestListenerLimits)
#include "tst_listenerlimits.moc"
