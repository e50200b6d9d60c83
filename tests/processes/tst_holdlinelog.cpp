// SPDX-License-Identifier: GPL-3.0-or-later
// What holdline logs about its environment: its addresses, variables that other programs set, and refused
// callbacks.
#include "core/job/jobid.h"
#include "tests/support/asking.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <csignal>

using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

QStringList commandLine(const QStringList &arguments = {})
{
    return QStringList{QStringLiteral(HOLDLINE_PROGRAM), u"--admin-listen"_s, u"127.0.0.1:0"_s} + arguments;
}

quint16 portOf(const Program &program)
{
    return program.logged(u"for clients on \\S*:(\\d+)"_s).toUShort();
}

/// Returns the status of the response at this address; 0 without a response.
int statusAt(const QHostAddress &address, quint16 port)
{
    QTcpSocket socket;
    socket.connectToHost(address, port);
    socket.write("GET /openapi.json HTTP/1.0\r\n\r\n");
    const bool isAnswered = QTest::qWaitFor([&socket] { return socket.bytesAvailable() >= 12; });
    return isAnswered ? socket.read(12).mid(9, 3).toInt() : 0;
}

}  // namespace

class TestHoldlineLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addresses()
    {
        ScriptedServer upstream;
        HoldlineProgram program({u"--upstream"_s, upstream.url().toString() + u"?key=s3cret"_s});
        QVERIFY2(program.startListening(), program.err().constData());
        const QByteArray port = QByteArray::number(program.port());
        for (const QByteArray &text :
             {"for clients on 127.0.0.1:" + port + " (this machine only; --listen [::]:" + port,
              "no monitor socket, because neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is set"_ba,
              "jobs are started at " + upstream.url().toEncoded() + ";",
              "callbacks come to http://127.0.0.1:" + port + "/callback"})
            QTRY_VERIFY2(program.err().contains(text), (text + '\n' + program.err()).constData());
        QVERIFY(!program.err().contains("s3cret"));
    }

    void addressesOfRoutes()
    {
        HoldlineProgram program(
            {u"--profile"_s, u"openfaas"_s, u"--upstream"_s, u"http://127.0.0.1:9/gateway?key=s3cret"_s});
        QVERIFY2(program.startListening(), program.err().constData());
        QTRY_VERIFY2(
            program.err().contains("jobs are started at http://127.0.0.1:9/gateway (route openfaas);"),
            program.err().constData());
        QVERIFY(!program.err().contains("s3cret"));
    }

    void noMonitorSocket()
    {
        HoldlineProgram program({u"--monitor-socket"_s, u"off"_s});
        QVERIFY2(program.startListening(), program.err().constData());
        QVERIFY2(program.err().contains("no monitor socket, because it is switched off"),
                 program.err().constData());
    }

    /// Platforms set PORT and forward outside traffic to this port.
    void portOfAPlatform()
    {
        Program program(commandLine());
        program.setEnvironment(u"PORT"_s, u"0"_s);
        program.start();
        QTRY_VERIFY2(portOf(program) != 0, program.err().constData());
        const quint16 port = portOf(program);
        QVERIFY2(
            program.err().contains("[::]:" + QByteArray::number(port) + " (every address of this machine)"),
            program.err().constData());
        QTRY_VERIFY2(program.err().contains("callbacks come to http://127.0.0.1:" + QByteArray::number(port)),
                     program.err().constData());
        QCOMPARE(statusAt(QHostAddress(QHostAddress::LocalHost), port), 200);
        QCOMPARE(statusAt(QHostAddress(u"127.0.0.2"_s), port), 200);
        if (QTcpServer server; server.listen(QHostAddress::LocalHostIPv6))
            QCOMPARE(statusAt(QHostAddress(QHostAddress::LocalHostIPv6), port), 200);
    }

    /// With several threads, several sockets listen at the same address.
    void portOfAPlatformWithThreads()
    {
        Program program(commandLine({u"--threads=3"_s}));
        program.setEnvironment(u"PORT"_s, u"0"_s);
        program.start();
        QTRY_VERIFY2(portOf(program) != 0, program.err().constData());
        for (int i = 0; i < 20; ++i)
            QCOMPARE(statusAt(QHostAddress(QHostAddress::LocalHost), portOf(program)), 200);
    }

    void portOfAPlatformAndAnUpstreamElsewhere()
    {
        Program program(commandLine({u"--upstream"_s, u"http://jobs.example/start"_s}));
        program.setEnvironment(u"PORT"_s, u"8080"_s);
        QCOMPARE(program.run(), 78);
        QVERIFY2(program.err().contains("set the callback URL (CALLBACK_URL or --callback-url)"),
                 program.err().constData());
    }

    /// Kubernetes sets variables that begin with HOLDLINE_.
    void namesThatOthersSet()
    {
        HoldlineProgram program({});
        program.setEnvironment(u"HOLDLINE_PORT"_s, u"tcp://10.0.0.5:3738"_s);
        program.setEnvironment(u"HOLDLINE_SERVICE_HOST"_s, u"10.0.0.5"_s);
        program.setEnvironment(u"HOLDLINE_DEADLNE"_s, u"1s"_s);
        program.writeFile(u".env"_s, "KEY=\"-----BEGIN\nabc\"\nFOO = bar\nNAME\n");
        QVERIFY2(program.startListening(), program.err().constData());
        QTRY_VERIFY2(program.err().contains("level=warning category=holdline.config"),
                     program.err().constData());
        QCOMPARE(program.err().count("level=warning"), 1);
        QVERIFY2(program.err().contains("Did you mean HOLDLINE_DEADLINE?"), program.err().constData());
    }

    void warningsOfACheck()
    {
        Program program(commandLine({u"--check-config"_s}));
        program.setEnvironment(u"HOLDLINE_DEADLNE"_s, u"1s"_s);
        QCOMPARE(program.run(), 0);
        QVERIFY2(program.out().startsWith("The configuration is right.\n"), program.out().constData());
        QVERIFY2(program.err().startsWith("holdline: warning: environment: there is no variable"),
                 program.err().constData());
    }

    void refusedCallbacks()
    {
        ScriptedServer upstream;
        HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
        QVERIFY2(program.startListening(), program.err().constData());
        RawHttpClient client(program.port());
        client.send(startRequest("acme"));
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        const QByteArray token = callbackOf(upstream.arrivals().first()).path().section(u'/', -1).toLatin1();
        QCOMPARE(postCallback(upstream.arrivals().first(), "{").status, 400);
        QTRY_VERIFY2(program.err().contains("callback refused: reason=malformed peer=127.0.0.1:"),
                     program.err().constData());
        QCOMPARE(postCallback(upstream.arrivals().first(), result("dead")).status, 409);
        QTRY_VERIFY2(program.err().contains("callback refused: reason=mismatched peer=127.0.0.1:"),
                     program.err().constData());
        QVERIFY(program.err().contains(" job="));
        QVERIFY2(program.err().contains("not the job's"), program.err().constData());

        // Anybody can send such callbacks, so only some of them are logged.
        const QByteArray unknown = holdline::CallbackToken::make(0, 0).toText();
        RawHttpClient stranger(program.port());
        constexpr int kMany = 200;
        stranger.send(RawHttpClient::post("/callback/" + unknown, result()).repeated(kMany));
        QTRY_COMPARE(stranger.answerCount(), kMany);
        QCOMPARE(program.metric("holdline_callbacks_total{result=\"unknown\"}"), double(kMany));
        QTRY_VERIFY2(program.err().contains("callback refused: reason=unknown peer=127.0.0.1:"),
                     program.err().constData());
        QVERIFY(program.err().count("reason=unknown") < kMany);
        QVERIFY(!program.err().contains(unknown));
        QVERIFY(!program.err().contains(token));
    }

    void withoutStandardStreams_data()
    {
        QTest::addColumn<QStringList>("command");
        QTest::newRow("holdline") << commandLine({u"--listen"_s, u"127.0.0.1:0"_s});
        QTest::newRow("jobserver") << QStringList{QStringLiteral(JOBSERVER_PROGRAM), u"--listen"_s,
                                                  u"127.0.0.1:0"_s};
        QTest::newRow("jobclient") << QStringList{QStringLiteral(JOBCLIENT_PROGRAM), u"--account"_s, u"a"_s};
    }
    /// Without this protection, the first descriptors that the program opens would become 0 to 2, and log
    /// lines would be written into them.
    void withoutStandardStreams()
    {
        QFETCH(QStringList, command);
        ScriptedServer silent;
        silent.setDefault({ScriptedServer::hold()});
        if (command.first() == QStringLiteral(JOBCLIENT_PROGRAM))
            command += {u"--url"_s, silent.url().toString()};
        Program program(QStringList{u"sh"_s, u"-c"_s, u"exec \"$@\" 0<&- 1>&- 2>&-"_s, u"sh"_s} + command);
        program.start();
        // Before exec() the process is a copy of this one, with other descriptors, so the test waits.
        for (int stream = 0; stream <= 2; ++stream)
            QTRY_COMPARE(QFile::symLinkTarget(u"/proc/%1/fd/%2"_s.arg(program.pid()).arg(stream)),
                         u"/dev/null"_s);
        QTRY_VERIFY(program.descriptors().contains(u"anon_inode:[eventpoll]"_s));
    }
};

HOLDLINE_TEST(TestHoldlineLog)
#include "tst_holdlinelog.moc"
