// SPDX-License-Identifier: GPL-3.0-or-later
// HttpListener when the bodies in memory reach their limit. Also clients that connect before the listener
// exists.
#include "core/base/bytebudget.h"
#include "service/http/reservedaddress.h"
#include "tests/support/echolistener.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QRegularExpression>
#include <QTest>

#include <memory>
#include <vector>

#include <unistd.h>

using namespace holdline;
using namespace holdline::http;
using namespace holdline::test;

namespace {

QByteArray headOf(const QByteArray &path, int length)
{
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + QByteArray::number(length) +
           "\r\n\r\n";
}

QByteArray chunkedHead(const QByteArray &path)
{
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
}

QByteArray chunk(int length)
{
    return QByteArray::number(length, 16) + "\r\n" + QByteArray(length, 'x') + "\r\n";
}

}  // namespace

class TestListenerMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }
    void aDeclaredBodyThatDoesNotFit();
    void halfSentBodies();
    void aBodyThatGrowsTooLarge();
    void largeBodiesLeaveRoomForSmallOnes();
    void theReservedPathIsServed();
    void unsentAnswersCount();
    void callersWaitForTheServer();
    void aReservedAddressIsTaken();
};

void TestListenerMemory::aDeclaredBodyThatDoesNotFit()
{
    ByteBudget memory(10'000);
    EchoListener server;
    server.listener.setMemory(memory);
    RawHttpClient client(server.port());
    client.send(headOf("/a", 10'001));
    QTRY_COMPARE(client.status(), 503);
    QCOMPARE(server.count, 0);
    QVERIFY(!client.answers().front().headers.value("Retry-After").isEmpty());
    QTRY_VERIFY(client.isClosed());
    QVERIFY(!client.wasReset());
    // The client is refused without a 100 Continue.
    RawHttpClient expecting(server.port());
    QByteArray head = headOf("/a", 20'000);
    expecting.send(head.insert(head.size() - 2, "Expect: 100-continue\r\n"));
    QTRY_COMPARE(expecting.status(), 503);
    RawHttpClient other(server.port());
    other.send(headOf("/a", 9'000) + QByteArray(9'000, 'x'));
    QTRY_COMPARE(other.status(), 200);
    QTRY_COMPARE(memory.used(), 0);
}

void TestListenerMemory::halfSentBodies()
{
    ByteBudget memory(100'000);
    EchoListener server;
    server.listener.setMemory(memory);
    std::vector<std::unique_ptr<RawHttpClient>> senders;
    for (int i = 0; i < 8; ++i) {
        senders.push_back(std::make_unique<RawHttpClient>(server.port()));
        senders.back()->send(headOf("/held", 20'000) + QByteArray(10'000, 'x'));
    }
    QTRY_VERIFY(memory.used() >= 80'000);
    RawHttpClient client(server.port());
    client.send(headOf("/a", 30'000));
    QTRY_COMPARE(client.status(), 503);
    // When a client leaves, its share of the memory is free again.
    senders.clear();
    QTRY_COMPARE(memory.used(), 0);
    RawHttpClient next(server.port());
    next.send(headOf("/a", 30'000) + QByteArray(30'000, 'x'));
    QTRY_COMPARE(next.status(), 200);
    QTRY_COMPARE(memory.used(), 0);
}

void TestListenerMemory::aBodyThatGrowsTooLarge()
{
    ByteBudget memory(50'000);
    EchoListener server;
    server.listener.setMemory(memory);
    RawHttpClient client(server.port());
    client.send(chunkedHead("/a"));
    for (int i = 0; i < 6; ++i)
        client.send(chunk(10'000));
    QTRY_COMPARE(client.status(), 503);
    QCOMPARE(server.count, 0);
    QTRY_VERIFY(client.isClosed());
    QTRY_COMPARE(memory.used(), 0);
}

void TestListenerMemory::largeBodiesLeaveRoomForSmallOnes()
{
    ByteBudget memory(320'000);
    EchoListener server;
    server.listener.setMemory(memory);
    RawHttpClient first(server.port());
    first.send(headOf("/a", 250'000) + QByteArray(40'000, 'x'));
    QTRY_COMPARE(memory.used(), 250'000);
    // This body would fit, but no memory would be left for small bodies.
    RawHttpClient second(server.port());
    second.send(headOf("/a", 60'000));
    QTRY_COMPARE(second.status(), 503);
    RawHttpClient growing(server.port());
    growing.send(chunkedHead("/a") + chunk(200'000) + "0\r\n\r\n");
    QTRY_COMPARE(growing.status(), 503);
    for (const int length : {100, 16'000}) {
        RawHttpClient small(server.port());
        small.send(headOf("/a", length) + QByteArray(length, 'x'));
        QTRY_COMPARE(small.status(), 200);
    }
    // A body whose memory is reserved is read to its end, even if other bodies exceed the limit meanwhile.
    ByteCharge others(memory);
    others.set(80'000);
    first.send(QByteArray(210'000, 'x'));
    QTRY_COMPARE(first.status(), 200);
    others.set(0);
    QTRY_COMPARE(memory.used(), 0);
}

void TestListenerMemory::theReservedPathIsServed()
{
    ByteBudget memory(1'000);
    EchoListener server;
    server.listener.setMemory(memory);
    server.listener.setReservedPath("/callback/");
    for (const QByteArray &request : {headOf("/callback/x", 5'000) + QByteArray(5'000, 'x'),
                                      chunkedHead("/callback/x") + chunk(200'000) + "0\r\n\r\n"}) {
        RawHttpClient client(server.port());
        client.send(request);
        QTRY_COMPARE(client.status(), 200);
        RawHttpClient other(server.port());
        other.send(QByteArray(request).replace("/callback/x", "/elsewhere/"));
        QTRY_COMPARE(other.status(), 503);
    }
    QTRY_COMPARE(memory.used(), 0);
}

void TestListenerMemory::unsentAnswersCount()
{
    ByteBudget memory;
    EchoListener server;
    server.listener.setMemory(memory);
    RawHttpClient slow(server.port());
    slow.stopReading();
    slow.send(RawHttpClient::get("/held"));
    QTRY_COMPARE(server.heldCount(), 1);
    QCOMPARE(memory.used(), 0);
    server.answerHeld(QByteArray(8'000'000, 'x'));
    QVERIFY(memory.used() > 1'000'000);
    slow.startReading();
    QTRY_COMPARE(slow.status(), 200);
    QTRY_COMPARE(memory.used(), 0);
}

void TestListenerMemory::callersWaitForTheServer()
{
    ReservedAddresses address;
    QVERIFY(address.listen(QHostAddress::LocalHost, 0));
    HttpListener listener{Limits()};
    connect(&listener, &HttpListener::requestReceived, &listener,
            [&listener](ExchangeId exchange, const Request &request) {
                listener.respond(exchange, EchoListener::echo(request));
            });
    const qintptr descriptor = address.take().front();
    QVERIFY(descriptor >= 0);
    QTcpServer probe;
    QVERIFY(probe.setSocketDescriptor(descriptor));
    probe.pauseAccepting();
    const quint16 port = probe.serverPort();
    RawHttpClient early(port);
    early.send(RawHttpClient::get("/a"));
    QTRY_VERIFY(early.isConnected());
    QCOMPARE(early.answerCount(), 0);
    QVERIFY(listener.listenOn(::dup(static_cast<int>(descriptor))));
    QCOMPARE(listener.port(), port);
    QTRY_COMPARE(early.status(), 200);
}

void TestListenerMemory::aReservedAddressIsTaken()
{
    EchoListener server;
    ReservedAddresses second;
    QVERIFY(!second.listen(QHostAddress::LocalHost, server.port()));
    QVERIFY(!second.errorString().isEmpty());
    HttpListener listener{Limits()};
    QVERIFY(!listener.listenOn(-1));
    QVERIFY(!listener.errorString().isEmpty());
}

HOLDLINE_TEST(TestListenerMemory)
#include "tst_listenermemory.moc"
