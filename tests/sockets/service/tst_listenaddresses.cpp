// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with several listen addresses.
#include "core/telemetry/logsink.h"
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

/// Returns the beginning of the response at this address; empty when no socket listens there.
QByteArray askAt(const QString &host, quint16 port, const QByteArray &request)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(host), port);
    QByteArray answer;
    static_cast<void>(QTest::qWaitFor([&socket] {
        return socket.state() == QAbstractSocket::ConnectedState ||
               socket.state() == QAbstractSocket::UnconnectedState;
    }));
    if (socket.state() != QAbstractSocket::ConnectedState)
        return answer;
    socket.write(request);
    static_cast<void>(QTest::qWaitFor([&] {
        answer += socket.readAll();
        return answer.size() >= 12;
    }));
    return answer.first(std::min<qsizetype>(answer.size(), 12));
}

bool hasIpv6()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHostIPv6);
}

Config configWith(const std::vector<ListenAddress> &listen, int threads = 1)
{
    Config config = WholeService::quietConfig();
    config.server.listen = listen;
    config.server.adminListen = {};
    config.server.threads = threads;
    return config;
}

const QByteArray kWrongStart = RawHttpClient::post("/start", "no JSON");

}  // namespace

class TestListenAddresses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void several_data()
    {
        QTest::addColumn<int>("threads");
        QTest::newRow("one thread") << 1;
        QTest::newRow("four threads") << 4;
    }
    /// Each listen address with port 0 gets its own port.
    void several()
    {
        QFETCH(int, threads);
        std::vector<ListenAddress> listen{{u"127.0.0.1"_s, 0}, {u"127.0.0.1"_s, 0}, {u"127.0.0.2"_s, 0}};
        if (hasIpv6())
            listen.push_back({u"::1"_s, 0});
        Service service(configWith(listen, threads), m_sink);
        QVERIFY2(service.start(), qPrintable(service.errorString()));
        const std::vector<quint16> ports = service.ports();
        QCOMPARE(ports.size(), listen.size());
        QCOMPARE(service.port(), ports.front());
        QVERIFY(ports[0] != ports[1]);
        // With several threads, each thread listens at each address.
        for (int round = 0; round < 4 * threads; ++round) {
            for (std::size_t i = 0; i < listen.size(); ++i) {
                QVERIFY(ports[i] != 0);
                QCOMPARE(askAt(listen[i].host, ports[i], kWrongStart), "HTTP/1.1 400"_ba);
            }
        }
        QCOMPARE(askAt(u"127.0.0.2"_s, ports[0], kWrongStart), QByteArray());
    }

    void bothFamilies()
    {
        Service service(configWith({{u"::"_s, 0}}), m_sink);
        QVERIFY2(service.start(), qPrintable(service.errorString()));
        QCOMPARE(askAt(u"127.0.0.1"_s, service.port(), kWrongStart), "HTTP/1.1 400"_ba);
        if (hasIpv6())
            QCOMPARE(askAt(u"::1"_s, service.port(), kWrongStart), "HTTP/1.1 400"_ba);
    }

    void administration()
    {
        const quint16 port = ScriptedServer::unusedPort();
        Config config = configWith({{u"127.0.0.1"_s, 0}});
        config.server.adminListen = {{u"127.0.0.1"_s, port}, {u"127.0.0.2"_s, port}};
        Service service(config, m_sink);
        QVERIFY2(service.start(), qPrintable(service.errorString()));
        QCOMPARE(service.adminPort(), port);
        for (const QString &host : {u"127.0.0.1"_s, u"127.0.0.2"_s})
            QCOMPARE(askAt(host, port, RawHttpClient::get("/livez")), "HTTP/1.1 200"_ba);
        QCOMPARE(askAt(u"127.0.0.3"_s, port, RawHttpClient::get("/livez")), QByteArray());
    }

    /// The upstream gets a callback URL at an address of this service, with the port that the system picked.
    void callbacks()
    {
        ScriptedServer upstream;
        Config config = configWith({{u"127.0.0.2"_s, 0}, {u"127.0.0.1"_s, 0}});
        config.upstream.url = upstream.url();
        Service service(config, m_sink);
        QVERIFY2(service.start(), qPrintable(service.errorString()));
        RawHttpClient client(service.ports()[1]);
        client.send(startRequest("acme"));
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        const QUrl told = callbackOf(upstream.arrivals().first());
        QCOMPARE(told.authority(), u"127.0.0.2:%1"_s.arg(service.ports()[0]));
        QCOMPARE(askAt(told.host(), static_cast<quint16>(told.port()),
                       RawHttpClient::post(told.path().toLatin1(), result())),
                 "HTTP/1.1 200"_ba);
        QTRY_COMPARE(client.status(), 200);
    }

    /// The service listens at all addresses or at none.
    void oneIsTaken()
    {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        const quint16 port = ScriptedServer::unusedPort();
        Service service(configWith({{u"127.0.0.1"_s, port}, {u"127.0.0.1"_s, taken.serverPort()}}), m_sink);
        QVERIFY(!service.start());
        QVERIFY2(service.errorString().contains(u"127.0.0.1:%1"_s.arg(taken.serverPort())),
                 qPrintable(service.errorString()));
        QVERIFY(service.ports().empty());
    }

    void afterTheEndNoneIsOpen()
    {
        std::vector<quint16> ports;
        {
            Service service(configWith({{u"127.0.0.1"_s, 0}, {u"127.0.0.1"_s, 0}}, 4), m_sink);
            QVERIFY(service.start());
            ports = service.ports();
        }
        for (const quint16 port : ports)
            QCOMPARE(askAt(u"127.0.0.1"_s, port, kWrongStart), QByteArray());
    }

private:
    DescriptorSink m_sink{2};
};

HOLDLINE_TEST(TestListenAddresses)
#include "tst_listenaddresses.moc"
