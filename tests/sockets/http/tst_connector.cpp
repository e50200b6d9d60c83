// SPDX-License-Identifier: GPL-3.0-or-later
// Connector: makes one TCP connection to one of several addresses, or reports an error.
#include "service/http/connector.h"
#include "service/http/streamsocket.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/names.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QTest>

#include <memory>
#include <optional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdline;
using http::ConnectError;
using http::ConnectFailure;
using http::Connector;
using http::StreamSocket;
using test::ScriptedServer;

namespace {

/// A Connector and its result.
struct Attempt final : StreamSocket::User
{
    Attempt()
    {
        QObject::connect(&connector, &Connector::connected, &connector, [this](int descriptor) {
            socket = std::make_unique<StreamSocket>(*this, descriptor);
        });
        QObject::connect(&connector, &Connector::failed, &connector,
                         [this](const ConnectFailure &why) { failure = why; });
    }
    void socketReadable() override { readable = true; }
    void socketFailed() override {}
    bool isOver() const { return socket || failure; }

    bool readable = false;
    std::unique_ptr<StreamSocket> socket;
    std::optional<ConnectFailure> failure;
    Connector connector;
};

}  // namespace

class TestConnector : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void connects_data()
    {
        QTest::addColumn<QString>("host");
        QTest::newRow("address") << QStringLiteral("127.0.0.1");
        QTest::newRow("name") << QStringLiteral("server.test");
    }
    /// The new connection is usable, and the end of the connection is noticed.
    void connects()
    {
        QFETCH(QString, host);
        const test::HostName name("server.test");
        ScriptedServer server;
        Attempt attempt;
        attempt.connector.start(host, server.port());
        QTRY_VERIFY(attempt.isOver());
        QVERIFY(attempt.socket);
        QTRY_COMPARE(server.openConnections(), 1);
        QVERIFY(attempt.socket->hasNothingToRead());
        const QByteArray peer = "127.0.0.1:" + QByteArray::number(server.port());
        QCOMPARE(attempt.socket->peer(), peer);
        server.closeAll();
        QTRY_VERIFY(attempt.readable);
        QVERIFY(!attempt.socket->hasNothingToRead());
        char byte = 0;
        qsizetype count = 0;
        QCOMPARE(attempt.socket->receive({&byte, 1}, count), StreamSocket::Received::Finished);
        attempt.socket->close();
        QVERIFY(!attempt.socket->hasNothingToRead());
        QVERIFY(!attempt.socket->write("x"));
    }

    void smallWritesDoNotWait()
    {
        ScriptedServer server;
        int on = 0;
        Connector connector;
        connect(&connector, &Connector::connected, this, [&on](int descriptor) {
            socklen_t size = sizeof on;
            QCOMPARE(::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
            ::close(descriptor);
        });
        connector.start(QStringLiteral("127.0.0.1"), server.port());
        QTRY_COMPARE(on, 1);
    }

    void triesTheNextAddress()
    {
        ScriptedServer server(QHostAddress(QStringLiteral("127.0.0.2")));
        Attempt attempt;
        attempt.connector.start(
            {QHostAddress(QStringLiteral("127.0.0.1")), QHostAddress(QStringLiteral("127.0.0.2"))},
            server.port());
        QTRY_VERIFY(attempt.isOver());
        QVERIFY(attempt.socket);
        QVERIFY(attempt.socket->peer().startsWith("127.0.0.2:"));
    }

    /// The first address drops every SYN (RFC 8305). The next address is tried soon, and remembered because
    /// it works.
    void silentAddressGetsCompany()
    {
        const test::FullBacklog deaf;
        const test::HostName name("two.test", {"127.0.0.1", "127.0.0.2"});
        ScriptedServer server(QHostAddress(QStringLiteral("127.0.0.2")), deaf.port());
        http::AddressMemory memory;
        Attempt attempt;
        attempt.connector.setMemory(&memory);
        attempt.connector.start(QStringLiteral("two.test"), deaf.port());
        QTRY_VERIFY_WITH_TIMEOUT(attempt.isOver(), 20'000);
        QVERIFY(attempt.socket);
        QVERIFY(attempt.socket->peer().startsWith("127.0.0.2:"));
        QCOMPARE(memory.of(QStringLiteral("two.test")), QHostAddress(QStringLiteral("127.0.0.2")));
        QVERIFY(memory.of(QStringLiteral("127.0.0.2")).isNull());
    }

    /// The second address refuses. The connector still waits for the first address, which accepts in the end.
    void silentAddressIsNotGivenUp()
    {
        test::FullBacklog deaf;
        Attempt attempt;
        attempt.connector.start(
            {QHostAddress(QStringLiteral("127.0.0.1")), QHostAddress(QStringLiteral("127.0.0.2"))},
            deaf.port());
        QVERIFY(!attempt.isOver());
        // The system repeats its SYN after a second. By then the second address has already been tried.
        deaf.relieve();
        QTRY_VERIFY_WITH_TIMEOUT(attempt.isOver(), 20'000);
        QVERIFY(attempt.socket);
        QVERIFY(attempt.socket->peer().startsWith("127.0.0.1:"));
    }

    void everyAddressRefuses()
    {
        const quint16 port = ScriptedServer::unusedPort();
        Attempt attempt;
        attempt.connector.start(
            {QHostAddress(QStringLiteral("127.0.0.1")), QHostAddress(QStringLiteral("127.0.0.2")),
             QHostAddress(QStringLiteral("127.0.0.3"))},
            port);
        QTRY_VERIFY(attempt.isOver());
        QCOMPARE(attempt.failure->error, ConnectError::Refused);
    }

    void failures()
    {
        Attempt refused;
        refused.connector.start(QStringLiteral("127.0.0.1"), ScriptedServer::unusedPort());
        QTRY_VERIFY(refused.isOver());
        QCOMPARE(refused.failure->error, ConnectError::Refused);
        QVERIFY(!refused.failure->text.isEmpty());

        Attempt nobody;
        nobody.connector.start(QStringLiteral("no-such-name.invalid"), 80);
        QVERIFY(!nobody.isOver());  // the look-up does not block
        QTRY_VERIFY_WITH_TIMEOUT(nobody.isOver(), 20'000);
        QCOMPARE(nobody.failure->error, ConnectError::NameNotFound);
    }

    void canBeStartedAgainInItsSlot()
    {
        ScriptedServer server;
        Attempt attempt;
        connect(&attempt.connector, &Connector::failed, this,
                [&] { attempt.connector.start(QStringLiteral("127.0.0.1"), server.port()); });
        attempt.connector.start(QStringLiteral("127.0.0.1"), ScriptedServer::unusedPort());
        QTRY_VERIFY(attempt.socket);
        QVERIFY(attempt.failure);
    }

    /// After stop() a connector reports nothing and can be used for another address.
    void stopIsSilent()
    {
        const test::FullBacklog deaf;
        ScriptedServer server;
        Attempt attempt;
        attempt.connector.start(QStringLiteral("127.0.0.1"), deaf.port());
        QVERIFY(!attempt.isOver());
        attempt.connector.stop();
        attempt.connector.stop();
        attempt.connector.start(QStringLiteral("127.0.0.1"), server.port());
        QTRY_VERIFY(attempt.socket);
        QCOMPARE(attempt.socket->peer(), "127.0.0.1:" + QByteArray::number(server.port()));
        QVERIFY(!attempt.failure);
    }
};

HOLDLINE_TEST(TestConnector)
#include "tst_connector.moc"
