// SPDX-License-Identifier: GPL-3.0-or-later
// The running program when it has no free descriptors, when nothing reads its log, or when its clients leave.
#include "tests/support/asking.h"
#include "tests/support/processstatus.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <QRandomGenerator>
#include <QTcpServer>
#include <QTest>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

using Clients = std::vector<std::unique_ptr<RawHttpClient>>;

int answered(const Clients &clients, int status)
{
    return static_cast<int>(
        std::count_if(clients.begin(), clients.end(), [&](const auto &c) { return c->status() == status; }));
}

/// Returns the CPU time that the program used while this test ran its event loop for `time`.
std::chrono::milliseconds cpuTimeWithin(const Program &program, std::chrono::milliseconds time)
{
    const auto before = program.cpuTime();
    wakeUpsWithin(time);
    return program.cpuTime() - before;
}

/// Returns a free loopback port, for programs that do not report the port that the system picks. The port is
/// below the range from which the system picks ports.
quint16 freePort()
{
    QTcpServer server;
    while (!server.listen(QHostAddress::LocalHost,
                          static_cast<quint16>(QRandomGenerator::system()->bounded(10'000, 30'000)))) {
    }
    return server.serverPort();
}

/// Sends a request and closes the connection at once.
bool connectPostAndLeave(quint16 port, const QByteArray &request)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto size = static_cast<std::size_t>(request.size());
    const bool sent =
        ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 &&
        ::send(descriptor, request.constData(), size, MSG_NOSIGNAL) == request.size();
    ::close(descriptor);
    return sent;
}

}  // namespace

class TestHoldlineLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fewDescriptors_data();
    void fewDescriptors();
    void hangUpFlood();
    void logCannotBeWritten_data();
    void logCannotBeWritten();
};

void TestHoldlineLimits::fewDescriptors_data()
{
    QTest::addColumn<bool>("silent");
    QTest::newRow("clients that send requests") << false;
    QTest::newRow("clients that send nothing") << true;
}

/// 300 clients, but descriptors for only about 140. The program must not spin. Start requests and callbacks
/// must keep their share of the descriptors.
void TestHoldlineLimits::fewDescriptors()
{
    QFETCH(bool, silent);
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString(), u"--deadline"_s, u"5m"_s},
                            {u"sh"_s, u"-c"_s, u"ulimit -n 256; exec \"$0\" \"$@\""_s});
    QVERIFY2(program.startListening(), program.err().constData());
    const int places = program.logged(u"open files allows only (\\d+) clients"_s).toInt();
    QVERIFY2(places > 100 && places < 256, program.err().constData());

    // Some requests are held before all connections are in use.
    Clients held;
    for (int i = 0; i < 20; ++i) {
        held.push_back(std::make_unique<RawHttpClient>(program.port()));
        held.back()->send(startRequest("early " + QByteArray::number(i)));
    }
    QTRY_COMPARE(upstream.arrivalCount(), 20);

    Clients crowd;
    for (int i = 0; i < 300; ++i) {
        crowd.push_back(std::make_unique<RawHttpClient>(program.port()));
        if (!silent)
            crowd.back()->send(startRequest("crowd " + QByteArray::number(i)));
    }
    const auto alive = [&crowd] {
        return std::count_if(crowd.begin(), crowd.end(), [](const auto &c) { return !c->isClosed(); });
    };
    if (silent) {
        QTRY_VERIFY_WITH_TIMEOUT(answered(crowd, 503) > 0, 60'000);
    } else {
        // Start requests are sent although clients use all connections.
        QTRY_COMPARE_WITH_TIMEOUT(upstream.arrivalCount(), places, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(answered(crowd, 503), 320 - places, 60'000);
    }
    QTRY_VERIFY_WITH_TIMEOUT(alive() < 256, 60'000);

    const auto used = cpuTimeWithin(program, 1s);
    QVERIFY2(used < 150ms, qPrintable(u"%1 ms of processor time in 1 s of rest"_s.arg(used.count())));

    // Callbacks and admin requests are still accepted.
    for (int i = 0; i < 20; ++i)
        QCOMPARE(postCallback(upstream.arrivals().at(i)).status, 200);
    QTRY_COMPARE(answered(held, 200), 20);
    QCOMPARE(program.admin("/livez"), QByteArray("ok\n"));

    crowd.clear();
    held.clear();
    QTRY_COMPARE(program.metric("holdline_requests_held"), 0.0);
    const int before = upstream.arrivalCount();
    for (int i = 0; i < 50; ++i) {
        held.push_back(std::make_unique<RawHttpClient>(program.port()));
        held.back()->send(startRequest("after " + QByteArray::number(i)));
    }
    QTRY_COMPARE(upstream.arrivalCount(), before + 50);
    for (int i = 0; i < 50; ++i)
        QCOMPARE(postCallback(upstream.arrivals().at(before + i)).status, 200);
    QTRY_COMPARE(answered(held, 200), 50);
}

void TestHoldlineLimits::hangUpFlood()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString(), u"--access-lines-per-second"_s,
                             u"10"_s, u"--parked-results"_s, u"1000"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    const auto flood = [&](int count) {
        int left = 0;
        for (int i = 0; i < count; ++i)
            left +=
                connectPostAndLeave(program.port(), startRequest("account " + QByteArray::number(i % 200)));
        return left;
    };
    const auto closed = [&] { return program.metric("holdline_client_connections_closed_total"); };

    QCOMPARE(flood(5000), 5000);
    QTRY_COMPARE_WITH_TIMEOUT(closed(), 5000.0, 60'000);
    const qint64 memory = program.memoryKib("VmRSS");
    QCOMPARE(flood(15'000), 15'000);
    QTRY_COMPARE_WITH_TIMEOUT(closed(), 20'000.0, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(program.metric("holdline_requests_held"), 0.0, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(program.metric("holdline_starts_in_flight"), 0.0, 60'000);
    QCOMPARE(program.metric("holdline_starts_queued"), 0.0);
    QCOMPARE(program.metric("holdline_client_connections"), 0.0);
    if (!hasShadowMemory()) {
        const qint64 grown = program.memoryKib("VmRSS") - memory;
        QVERIFY2(grown < 16 * 1024, qPrintable(u"%1 KiB more after three times as many"_s.arg(grown)));
    }
    RawHttpClient client(program.port());
    client.send(startRequest("last"));
    QTRY_VERIFY(!upstream.arrivals().isEmpty() && upstream.arrivals().last().body.contains("last"));
    QCOMPARE(postCallback(upstream.arrivals().last()).status, 200);
    QTRY_COMPARE(client.status(), 200);
}

void TestHoldlineLimits::logCannotBeWritten_data()
{
    QTest::addColumn<bool>("full");
    QTest::newRow("nobody reads the pipe") << false;
    QTest::newRow("the disk is full") << true;
}

void TestHoldlineLimits::logCannotBeWritten()
{
    QFETCH(bool, full);
    std::array<int, 2> pipe{-1, -1};
    int log = -1;
    if (full) {
        log = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    } else {
        QCOMPARE(::pipe2(pipe.data(), O_CLOEXEC), 0);
        ::close(pipe[0]);
        log = pipe[1];
    }
    QVERIFY(log >= 0);
    const quint16 port = freePort();
    const quint16 adminPort = freePort();
    ScriptedServer upstream;
    Program program({QStringLiteral(HOLDLINE_PROGRAM), u"--listen"_s, u"127.0.0.1:%1"_s.arg(port),
                     u"--admin-listen"_s, u"127.0.0.1:%1"_s.arg(adminPort), u"--upstream"_s,
                     upstream.url().toString()});
    program.setStandardError(log);
    program.start();
    ::close(log);
    QTRY_COMPARE(ask(adminPort, RawHttpClient::get("/livez")).status, 200);
    for (int i = 1; i <= 3; ++i) {
        RawHttpClient client(port);
        client.send(startRequest("acme"));
        QTRY_COMPARE(upstream.arrivalCount(), i);
        QCOMPARE(postCallback(upstream.arrivals().last()).status, 200);
        QTRY_COMPARE(client.status(), 200);
    }
    // The lost lines are those with the listen addresses, and those of three requests.
    QTRY_VERIFY(
        metricIn(ask(adminPort, RawHttpClient::get("/metrics")).body, "holdline_log_lines_lost_total") >= 4);
    QVERIFY(program.isRunning());
}

HOLDLINE_TEST(TestHoldlineLimits)
#include "tst_holdlinelimits.moc"
