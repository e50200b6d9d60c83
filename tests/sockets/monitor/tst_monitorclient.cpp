// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/monitorclient.h"
#include "tests/support/scriptedmonitor.h"
#include "tests/support/suite.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>

#include <memory>

#include <sys/stat.h>
#include <unistd.h>

using namespace holdline::monitor;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using holdline::test::ScriptedMonitor;
using State = SourceStatus::State;

namespace {

constexpr MonitorClient::Limits kQuick{30s, 5ms, 20ms, 256 * 1024};

/// A MonitorClient and a record of all its signals.
struct Client
{
    explicit Client(const MonitorClient::Limits &limits = kQuick) : client(limits)
    {
        QObject::connect(&client, &UpdateSource::received, &client,
                         [this](const Update &update) { updates.push_back(update); });
        QObject::connect(&client, &UpdateSource::replied, &client,
                         [this](const Reply &reply) { replies.push_back(reply); });
        QObject::connect(&client, &UpdateSource::statusChanged, &client, [this] {
            if (states.empty() || states.back() != state())
                states.push_back(state());
        });
    }
    State state() const { return client.status().state; }
    QString error() const { return client.status().error; }
    bool saw(State wanted) const { return std::find(states.begin(), states.end(), wanted) != states.end(); }

    MonitorClient client;
    std::vector<Update> updates;
    std::vector<Reply> replies;
    std::vector<State> states;
};

}  // namespace

class TestMonitorClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void connects();
    void relativePath();
    void loadsUntilComplete();
    void nobodyThere();
    void leftOverSocket();
    void backsOff();
    void retryNow();
    void versionMismatch();
    void notASocketOfOurs_data();
    void notASocketOfOurs();
    void saysNothing();
    void garbage_data();
    void garbage();
    void gap();
    void noSnapshotAtFirst();
    void snapshotRefused();
    void lag();
    void killedAndBack();
    void byteByByte();
    void longestLine();
    void lineTooLong();
    void flood();
    void commands();
    void openedByReceiver();
    void destroyedWithCommands();
    void lastAnswerBeforeTheEnd();
    void closedByReceiver();
    void linesForRecordings();
    void errorTexts();
    void defaultPath();
};

void TestMonitorClient::connects()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    QCOMPARE(one.state(), State::Disconnected);
    one.client.open(service.path());
    QCOMPARE(one.client.status().where, service.path());
    QTRY_COMPARE(one.state(), State::Loading);
    QCOMPARE(one.client.status().serviceVersion, "1.2.3");
    service.sendSnapshot(SnapshotReason::Attached, {"a", "b"});
    QTRY_COMPARE(one.state(), State::Live);
    service.send(ScriptedMonitor::delta({"c"}));
    QTRY_COMPARE(one.updates.size(), std::size_t(2));
    QCOMPARE(one.updates[0].jobs.size(), std::size_t(2));
    QCOMPARE(one.updates[1].jobs[0].id, "c");
    QCOMPARE(one.states, (std::vector{State::Connecting, State::Loading, State::Live}));
    one.client.close();
    QCOMPARE(one.state(), State::Disconnected);
    QVERIFY(!one.client.status().nextTry && one.error().isEmpty());
    QTRY_COMPARE(service.socket->state(), QLocalSocket::UnconnectedState);
    QVERIFY(service.errors.empty());
}

/// A relative path is relative to the working directory. QLocalSocket alone would use another directory.
void TestMonitorClient::relativePath()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(QFileInfo(service.path()).path()));
    const auto back = qScopeGuard([&] { QDir::setCurrent(before); });
    Client one;
    one.client.open(QFileInfo(service.path()).fileName());
    QTRY_COMPARE(one.state(), State::Loading);
}

void TestMonitorClient::loadsUntilComplete()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.send(ScriptedMonitor::snapshotPart(1, false, SnapshotReason::Attached));
    service.send(ScriptedMonitor::delta());
    service.send(ScriptedMonitor::snapshotPart(2, false, SnapshotReason::Attached));
    QTRY_COMPARE(one.updates.size(), std::size_t(3));
    QCOMPARE(one.state(), State::Loading);
    service.send(ScriptedMonitor::snapshotPart(3, true, SnapshotReason::Attached));
    QTRY_COMPARE(one.state(), State::Live);
}

void TestMonitorClient::nobodyThere()
{
    ScriptedMonitor service;
    Client one;
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Disconnected);
    QVERIFY2(one.error().contains(u"Nothing listens at "_s + service.path()), qPrintable(one.error()));
    QVERIFY(one.client.status().nextTry);
    QTRY_VERIFY(one.client.status().attempt >= 4);
    QVERIFY(service.listen());
    QTRY_COMPARE(one.state(), State::Loading);
    QCOMPARE(service.connections, 1);
}

void TestMonitorClient::leftOverSocket()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    service.die(true);
    struct stat info
    {
    };
    QCOMPARE(::stat(service.path().toLocal8Bit().constData(), &info), 0);
    Client one;
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Disconnected);
    QVERIFY2(one.error().contains(u"left over"), qPrintable(one.error()));
}

void TestMonitorClient::backsOff()
{
    ScriptedMonitor service;
    Client one({30s, 40ms, 80ms, 1000});
    QElapsedTimer clock;
    clock.start();
    one.client.open(service.path());
    QTRY_COMPARE(one.client.status().attempt, 5);
    // The pauses are 40, 80, 80 and 80 ms, each shorter by at most a tenth. Timers are exact to one
    // twentieth.
    QVERIFY2(clock.elapsed() >= 230, qPrintable(QString::number(clock.elapsed())));
}

void TestMonitorClient::retryNow()
{
    ScriptedMonitor service;
    Client one({30s, 1h, 1h, 1000});
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Disconnected);
    QVERIFY(one.client.status().nextTry > QDateTime::currentDateTime().addSecs(3000));
    QVERIFY(service.listen());
    one.client.retryNow();
    one.client.retryNow();
    QTRY_COMPARE(one.state(), State::Loading);
    one.client.retryNow();
    QCOMPARE(one.state(), State::Loading);
    QCOMPARE(service.connections, 1);
}

void TestMonitorClient::versionMismatch()
{
    ScriptedMonitor service;
    service.greeting = ScriptedMonitor::hello(77);
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::VersionMismatch);
    QVERIFY2(one.error().contains(u"77") && one.error().contains(QString::number(kProtocolVersion)),
             qPrintable(one.error()));
    QCOMPARE(one.client.status().serviceVersion, "1.2.3");
    QVERIFY(one.client.status().nextTry);
    // The service is upgraded meanwhile.
    service.greeting = ScriptedMonitor::hello();
    QTRY_COMPARE(one.state(), State::Loading);
    QVERIFY(one.error().isEmpty());
}

void TestMonitorClient::notASocketOfOurs_data()
{
    QTest::addColumn<QByteArray>("greeting");
    QTest::newRow("another protocol") << QByteArray("220 mail.example ESMTP\r\n");
    QTest::newRow("another JSON") << QByteArray("{\"jsonrpc\":\"2.0\"}\n");
    QTest::newRow("no hello") << encode(ScriptedMonitor::delta());
    QTest::newRow("empty line") << QByteArray("\n");
    QTest::newRow("no lines") << QByteArray(kMaxFrameBytes, 'x');
}

void TestMonitorClient::notASocketOfOurs()
{
    QFETCH(const QByteArray, greeting);
    ScriptedMonitor service;
    service.greeting = greeting;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Disconnected);
    const QString error = one.error();
    QVERIFY2(error.contains(u"not a Holdline monitor socket") || error.contains(u"longer than"),
             qPrintable(error));
    QVERIFY(one.updates.empty());
}

void TestMonitorClient::saysNothing()
{
    ScriptedMonitor service;
    service.greeting.clear();
    QVERIFY(service.listen());
    Client one({20ms, 1h, 1h, 1000});
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Disconnected);
    QVERIFY2(one.error().contains(u"not a Holdline monitor socket"), qPrintable(one.error()));
}

void TestMonitorClient::garbage_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("not JSON") << QByteArray("{\"type\":\n");
    QTest::newRow("empty") << QByteArray("\n");
    QTest::newRow("unknown type") << QByteArray("{\"type\":\"x\"}\n");
    QTest::newRow("hello again") << ScriptedMonitor::hello();
    QTest::newRow("bytes") << QByteArray("\xff\xfe\x00\n", 4);
}

void TestMonitorClient::garbage()
{
    QFETCH(const QByteArray, line);
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.sendSnapshot(SnapshotReason::Attached);
    service.write(line);
    QTRY_VERIFY(one.saw(State::Disconnected));
    QTRY_COMPARE(service.connections, 2);
    QTRY_COMPARE(one.state(), State::Loading);
}

void TestMonitorClient::gap()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.sendSnapshot(SnapshotReason::Attached);
    QTRY_COMPARE(one.state(), State::Live);
    service.skip(1);
    service.send(ScriptedMonitor::delta({"lost"}));
    QTRY_COMPARE(one.state(), State::Loading);
    QTRY_COMPARE(service.commands.size(), std::size_t(1));
    QCOMPARE(service.commands[0].verb, Command::Verb::Snapshot);
    // Updates before the snapshot cannot be used. The client must not request the snapshot twice.
    service.send(ScriptedMonitor::delta({"useless"}));
    service.skip(3);
    service.send(ScriptedMonitor::delta({"useless"}));
    service.write(encode(Reply{service.commands[0].id, true, u"begun"_s}));
    service.sendSnapshot(SnapshotReason::Asked, {"a"});
    service.send(ScriptedMonitor::delta({"b"}));
    QTRY_COMPARE(one.updates.size(), std::size_t(3));
    QCOMPARE(one.updates[1].jobs[0].id, "a");
    QCOMPARE(one.updates[2].jobs[0].id, "b");
    QCOMPARE(one.state(), State::Live);
    QCOMPARE(service.commands.size(), std::size_t(1));
    QVERIFY2(one.replies.empty(), "it was not the window that asked");
}

void TestMonitorClient::noSnapshotAtFirst()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.send(ScriptedMonitor::delta({"x"}));
    QTRY_COMPARE(service.commands.size(), std::size_t(1));
    QCOMPARE(one.state(), State::Loading);
    QVERIFY(one.updates.empty());
}

void TestMonitorClient::snapshotRefused()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.send(ScriptedMonitor::delta({"x"}));
    QTRY_COMPARE(service.commands.size(), std::size_t(1));
    service.write(encode(Reply{service.commands[0].id, false, u"not today"_s}));
    QTRY_VERIFY(one.saw(State::Disconnected));
    QTRY_COMPARE(service.connections, 2);
}

void TestMonitorClient::lag()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.sendSnapshot(SnapshotReason::Attached);
    QTRY_COMPARE(one.state(), State::Live);
    service.skip(100);
    service.send(ScriptedMonitor::snapshotPart(1, false, SnapshotReason::Lagged));
    QTRY_COMPARE(one.state(), State::Lagging);
    service.send(ScriptedMonitor::delta());
    service.send(ScriptedMonitor::snapshotPart(2, true, SnapshotReason::Lagged));
    QTRY_COMPARE(one.state(), State::Live);
    QCOMPARE(one.updates.size(), std::size_t(4));
    QVERIFY(service.commands.empty());
}

void TestMonitorClient::killedAndBack()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    for (int round = 1; round <= 3; ++round) {
        service.sendSnapshot(SnapshotReason::Attached, {"a"});
        QTRY_COMPARE(one.state(), State::Live);
        one.states.clear();
        service.die();
        QTRY_VERIFY(one.saw(State::Disconnected));
        QTRY_VERIFY(one.saw(State::Connecting));
        QVERIFY(service.listen());
        QTRY_COMPARE(service.connections, round + 1);
        QTRY_COMPARE(one.state(), State::Loading);
    }
    QCOMPARE(one.updates.size(), std::size_t(3));
}

void TestMonitorClient::byteByByte()
{
    ScriptedMonitor service;
    service.greeting.clear();
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    Update snapshot = ScriptedMonitor::snapshotPart(1, true, SnapshotReason::Attached, {"a", "b", "c"});
    snapshot.seq = 1;
    for (const char byte : ScriptedMonitor::hello() + encode(snapshot)) {
        service.write(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE(one.state(), State::Live);
    QCOMPARE(one.updates.size(), std::size_t(1));
    QVERIFY(one.updates[0] == snapshot);
}

void TestMonitorClient::longestLine()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    Update snapshot = ScriptedMonitor::snapshotPart(1, true, SnapshotReason::Attached);
    snapshot.seq = 1;
    QByteArray line = encode(snapshot);
    line.chop(2);
    line += ",\"filler\":\"";
    line += QByteArray(kMaxFrameBytes - line.size() - 3, 'x') + "\"}\n";
    QCOMPARE(line.size(), kMaxFrameBytes);
    service.write(line);
    QTRY_COMPARE(one.state(), State::Live);
}

void TestMonitorClient::lineTooLong()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one({30s, 1h, 1h, 256 * 1024});
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.write("{\"filler\":\"" + QByteArray(kMaxFrameBytes, 'x'));
    QTRY_COMPARE(one.state(), State::Disconnected);
    QVERIFY2(one.error().contains(u"longer than"), qPrintable(one.error()));
}

/// During a flood of updates other events must still be handled, and no update may be lost.
void TestMonitorClient::flood()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    MonitorClient::Limits limits = kQuick;
    limits.bytesPerTurn = 1;
    Client one(limits);
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.sendSnapshot(SnapshotReason::Attached);
    constexpr std::size_t kCount = 300;  // each update takes a turn, and QTRY sleeps 10 ms after each
    for (std::size_t i = 0; i < kCount; ++i)
        service.send(ScriptedMonitor::delta({QByteArray::number(qulonglong{i})}));
    std::size_t most = 0;
    std::size_t before = 0;
    QTimer others;
    connect(&others, &QTimer::timeout, this, [&] {
        most = std::max(most, one.updates.size() - before);
        before = one.updates.size();
    });
    others.start(0);
    QTRY_COMPARE_WITH_TIMEOUT(one.updates.size(), kCount + 1, 30'000);
    QVERIFY2(most <= 3, qPrintable(QString::number(most)));
    QCOMPARE(one.state(), State::Live);
}

void TestMonitorClient::commands()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    QVERIFY(one.client.send(Command::Verb::Drain).isEmpty());
    one.client.open(service.path());
    QVERIFY(one.client.send(Command::Verb::Drain).isEmpty());
    QVERIFY(!one.client.requestSnapshot());
    QTRY_COMPARE(one.state(), State::Loading);
    const QByteArray cancel = one.client.send(Command::Verb::Cancel, "deadbeef");
    const QByteArray pause = one.client.send(Command::Verb::PauseLane, "acme");
    QVERIFY(!cancel.isEmpty() && !pause.isEmpty() && cancel != pause);
    QVERIFY2(one.client.send(Command::Verb::PauseLane, QByteArray(kMaxCommandBytes, 'x')).isEmpty(),
             "longer than the service reads");
    QTRY_COMPARE(service.commands.size(), std::size_t(2));
    QVERIFY((service.commands[0] == Command{cancel, Command::Verb::Cancel, "deadbeef"}));
    QVERIFY((service.commands[1] == Command{pause, Command::Verb::PauseLane, "acme"}));
    service.write(encode(Reply{pause, false, u"no such lane"_s}));
    service.write(encode(Reply{"nobody asked", true, u"x"_s}));
    QTRY_COMPARE(one.replies.size(), std::size_t(1));
    QVERIFY((one.replies[0] == Reply{pause, false, u"no such lane"_s}));
    // When the connection is lost, the pending command fails.
    service.die();
    QTRY_COMPARE(one.replies.size(), std::size_t(2));
    QCOMPARE(one.replies[1].id, cancel);
    QVERIFY(!one.replies[1].ok && !one.replies[1].text.isEmpty());
}

/// A slot that is called for the failed command may open another socket at once.
void TestMonitorClient::openedByReceiver()
{
    ScriptedMonitor service;
    ScriptedMonitor other;
    QVERIFY(service.listen() && other.listen());
    Client one({30s, 1h, 1h, 256 * 1024});
    connect(&one.client, &UpdateSource::replied, &one.client, [&] { one.client.open(other.path()); });
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Loading);
    QVERIFY(!one.client.send(Command::Verb::Drain).isEmpty());
    service.die();
    QTRY_COMPARE(other.connections, 1);
    QTRY_COMPARE(one.state(), State::Loading);
    QCOMPARE(one.client.status().where, other.path());
    QCOMPARE(service.connections, 1);
}

/// The destructor calls no slots, because their receivers may be destroyed already.
void TestMonitorClient::destroyedWithCommands()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    auto client = std::make_unique<MonitorClient>(kQuick);
    int told = 0;
    connect(client.get(), &UpdateSource::replied, this, [&] { ++told; });
    connect(client.get(), &UpdateSource::statusChanged, this, [&] { ++told; });
    client->open(service.path());
    QTRY_COMPARE(client->status().state, State::Loading);
    QVERIFY(!client->send(Command::Verb::Drain).isEmpty());
    told = 0;
    client.reset();
    QCOMPARE(told, 0);
    QTRY_COMPARE(service.socket->state(), QLocalSocket::UnconnectedState);
}

void TestMonitorClient::lastAnswerBeforeTheEnd()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one({30s, 1h, 1h, 256 * 1024});
    one.client.open(service.path());
    QTRY_COMPARE(one.state(), State::Loading);
    const QByteArray id = one.client.send(Command::Verb::Drain);
    QTRY_COMPARE(service.commands.size(), std::size_t(1));
    service.write(encode(Reply{id, true, u"draining"_s}));
    service.socket->disconnectFromServer();
    QTRY_COMPARE(one.state(), State::Disconnected);
    QCOMPARE(one.replies.size(), std::size_t(1));
    QVERIFY(one.replies[0].ok);
    QVERIFY2(one.error().contains(u"closed the connection"), qPrintable(one.error()));
}

void TestMonitorClient::closedByReceiver()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    connect(&one.client, &UpdateSource::received, &one.client, [&] { one.client.close(); });
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    service.sendSnapshot(SnapshotReason::Attached);
    service.send(ScriptedMonitor::delta());
    QTRY_COMPARE(one.updates.size(), std::size_t(1));
    QTRY_COMPARE(service.socket->state(), QLocalSocket::UnconnectedState);
    QCOMPARE(one.state(), State::Disconnected);
    QCOMPARE(one.updates.size(), std::size_t(1));
}

void TestMonitorClient::linesForRecordings()
{
    ScriptedMonitor service;
    QVERIFY(service.listen());
    Client one;
    QByteArray lines;
    connect(&one.client, &MonitorClient::lineReceived, &one.client,
            [&](const Update &, const QByteArray &line) { lines += line + '\n'; });
    one.client.open(service.path());
    QTRY_VERIFY(service.socket);
    Update snapshot = ScriptedMonitor::snapshotPart(1, true, SnapshotReason::Attached, {"a"});
    service.send(snapshot);
    QTRY_COMPARE(one.state(), State::Live);
    snapshot.seq = 1;
    QCOMPARE(lines, encode(snapshot));
}

void TestMonitorClient::errorTexts()
{
    using Error = QLocalSocket::LocalSocketError;
    const QString path = u"/run/x.sock"_s;
    QVERIFY(connectError(Error::ServerNotFoundError, path, {}).contains(path));
    QVERIFY(connectError(Error::SocketAccessError, path, {}).contains(u"the user that runs holdline"));
    QVERIFY(connectError(Error::ConnectionRefusedError, path, {}).contains(u"left over"));
    QVERIFY(connectError(Error::UnknownSocketError, path, u"why"_s).contains(u"why"));
}

void TestMonitorClient::defaultPath()
{
    const QByteArray runtime = qgetenv("RUNTIME_DIRECTORY");
    const QByteArray user = qgetenv("XDG_RUNTIME_DIR");
    qputenv("XDG_RUNTIME_DIR", "/run/user/7");
    qputenv("RUNTIME_DIRECTORY", "/run/holdline:/run/other");
    QCOMPARE(defaultSocketPath().path, u"/run/holdline/holdline.sock"_s);
    qunsetenv("RUNTIME_DIRECTORY");
    QCOMPARE(defaultSocketPath().path, u"/run/user/7/holdline.sock"_s);
    qunsetenv("XDG_RUNTIME_DIR");
    QVERIFY(defaultSocketPath().path.isEmpty());
    QVERIFY(defaultSocketPath().error.contains(u"--connect"));
    if (!runtime.isNull())
        qputenv("RUNTIME_DIRECTORY", runtime);
    if (!user.isNull())
        qputenv("XDG_RUNTIME_DIR", user);
}

HOLDLINE_TEST(TestMonitorClient)
#include "tst_monitorclient.moc"
