// SPDX-License-Identifier: GPL-3.0-or-later
// TCP keep-alive of accepted and of outgoing connections, as set in the system.
#include "service/http/keepalive.h"
#include "service/http/reservedaddress.h"
#include "service/httpclient/pooledaccessmanager.h"
#include "tests/support/echolistener.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QNetworkReply>
#include <QTest>

#include <optional>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdline;
using namespace holdline::http;
using namespace holdline::test;
using namespace std::chrono_literals;

namespace {

struct KeepAlive
{
    int on = -1;
    int idle = -1;
    int interval = -1;
    int probes = -1;

    friend bool operator==(const KeepAlive &, const KeepAlive &) = default;
};

int optionOf(int descriptor, int level, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, level, option, &value, &size) == 0 ? value : -1;
}

KeepAlive keepAliveOf(int descriptor)
{
    return {optionOf(descriptor, SOL_SOCKET, SO_KEEPALIVE), optionOf(descriptor, IPPROTO_TCP, TCP_KEEPIDLE),
            optionOf(descriptor, IPPROTO_TCP, TCP_KEEPINTVL), optionOf(descriptor, IPPROTO_TCP, TCP_KEEPCNT)};
}

using NameOf = int (*)(int, sockaddr *, socklen_t *);

/// Returns the port of a socket of either address family, whose ports are at the same place; 0 for other
/// sockets.
quint16 portOf(NameOf nameOf, int descriptor)
{
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    const bool known = nameOf(descriptor, reinterpret_cast<sockaddr *>(&address), &size) == 0;
    const bool isInternet = address.sin6_family == AF_INET || address.sin6_family == AF_INET6;
    return known && isInternet ? ntohs(address.sin6_port) : 0;
}

/// Returns the keep-alive options of this process's connection with this port, at the local end
/// (::getsockname) or at the remote end (::getpeername).
std::optional<KeepAlive> connectionWith(NameOf nameOf, quint16 port)
{
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        if (portOf(::getpeername, descriptor) != 0 && portOf(nameOf, descriptor) == port)
            return keepAliveOf(descriptor);
    }
    return std::nullopt;
}

}  // namespace

class TestKeepAlive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void optionsOfASocket_data()
    {
        QTest::addColumn<int>("seconds");
        QTest::addColumn<int>("interval");
        QTest::newRow("shortest") << 1 << 1;
        QTest::newRow("two") << 2 << 1;
        QTest::newRow("default") << 30 << 10;
        QTest::newRow("longest") << 7200 << 2400;
    }
    void optionsOfASocket()
    {
        QFETCH(int, seconds);
        QFETCH(int, interval);
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QCOMPARE(keepAliveOf(descriptor).on, 0);
        setKeepAlive(descriptor, std::chrono::seconds(seconds));
        QVERIFY((keepAliveOf(descriptor) == KeepAlive{1, seconds, interval, 3}));
        setKeepAlive(descriptor, 0s);
        QCOMPARE(keepAliveOf(descriptor).on, 0);
        ::close(descriptor);
    }

    void acceptedConnections()
    {
        Limits limits;
        limits.keepAlive = 45s;
        EchoListener server(limits);
        const auto accepted = [&server] { return connectionWith(::getsockname, server.port()); };
        {
            RawHttpClient held(server.port());
            held.send(RawHttpClient::get("/held"));
            QTRY_COMPARE(server.heldCount(), 1);
            QVERIFY((accepted() == KeepAlive{1, 45, 15, 3}));
        }
        QTRY_COMPARE(server.closed, 1);
        // A reload applies only to later connections.
        limits.keepAlive = 0s;
        server.listener.setLimits(limits);
        RawHttpClient later(server.port());
        later.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 2);
        QCOMPARE(accepted()->on, 0);
    }

    /// A connection that was made before the listener existed has keep-alive too.
    void connectionsOfAReservedAddress()
    {
        Limits limits;
        limits.keepAlive = 6s;
        ReservedAddresses address;
        QVERIFY(address.listen(QHostAddress(QHostAddress::AnyIPv6), 0, limits.keepAlive));
        const qintptr descriptor = address.take().front();
        RawHttpClient early(portOf(::getsockname, static_cast<int>(descriptor)));
        QTRY_VERIFY(early.isConnected());
        HttpListener listener(limits);
        QVERIFY(listener.listenOn(descriptor));
        int requests = 0;
        connect(&listener, &HttpListener::requestReceived, &listener, [&requests] { ++requests; });
        early.send(RawHttpClient::get("/"));
        QTRY_COMPARE(requests, 1);
        QVERIFY((connectionWith(::getsockname, listener.port()) == KeepAlive{1, 6, 2, 3}));
    }

    void connectionsOfASharedAddress()
    {
        Limits limits;
        limits.keepAlive = 3s;
        EchoListener first;
        HttpListener second(limits);
        const auto shared = first.listener.shareAddresses();
        QVERIFY(shared && second.listenBeside(*shared));
        first.listener.stopListening();
        int requests = 0;
        connect(&second, &HttpListener::requestReceived, &second, [&requests] { ++requests; });
        RawHttpClient client(second.port());
        client.send(RawHttpClient::get("/"));
        QTRY_COMPARE(requests, 1);
        QVERIFY((connectionWith(::getsockname, second.port()) == KeepAlive{1, 3, 1, 3}));
    }

    void connectionsToTheUpstream_data()
    {
        QTest::addColumn<int>("seconds");
        QTest::newRow("on") << 60;
        QTest::newRow("off") << 0;
    }
    void connectionsToTheUpstream()
    {
        QFETCH(int, seconds);
        ScriptedServer upstream;
        upstream.setDefault({});  // never answers
        PoolOptions options;
        options.keepAlive = std::chrono::seconds(seconds);
        PooledAccessManager manager(options);
        std::unique_ptr<QNetworkReply> reply(manager.get(QNetworkRequest(upstream.url())));
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        const auto connection = connectionWith(::getpeername, static_cast<quint16>(upstream.url().port()));
        QVERIFY(connection);
        QCOMPARE(connection->on, seconds > 0 ? 1 : 0);
        if (seconds > 0)
            QVERIFY((*connection == KeepAlive{1, 60, 20, 3}));
    }
};

HOLDLINE_TEST(TestKeepAlive)
#include "tst_keepalive.moc"
