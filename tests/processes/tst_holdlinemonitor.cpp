// SPDX-License-Identifier: GPL-3.0-or-later
// The monitor socket of the running program: its path, its owner, and a path that is already in use.
#include "tests/support/asking.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"
#include "tests/support/watcher.h"

#include <QDir>
#include <QFileInfo>
#include <QTest>

#include <csignal>

using namespace holdline::monitor;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kPrivate =
    QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser | QFileDevice::WriteUser;

QStringList filesIn(const QTemporaryDir &folder)
{
    return QDir(folder.path()).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
}

}  // namespace

class TestHoldlineMonitor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void usualPlaces_data();
    void usualPlaces();
    void withoutAUsualPlaceThereIsNone();
    void offIsOff();
    void takenByAnother();
    void usualPlaceTakenByAnother();
    void killedAndRestarted();
    void pathsThatCannotBe_data();
    void pathsThatCannotBe();
    void drainEndsTheProgram();
    void lastWordsAreHeard();

private:
    QString path() const { return m_folder->filePath(u"m.sock"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestHoldlineMonitor::usualPlaces_data()
{
    QTest::addColumn<QStringList>("variables");
    QTest::newRow("of the service") << QStringList{u"RUNTIME_DIRECTORY=%1:/nowhere"_s,
                                                   u"XDG_RUNTIME_DIR=/nowhere"_s};
    QTest::newRow("of the user") << QStringList{u"XDG_RUNTIME_DIR=%1"_s};
}

void TestHoldlineMonitor::usualPlaces()
{
    QFETCH(const QStringList, variables);
    HoldlineProgram program({});
    for (const QString &variable : variables)
        program.setEnvironment(variable.section(u'=', 0, 0),
                               variable.section(u'=', 1).replace(u"%1"_s, m_folder->path()));
    QVERIFY2(program.startListening(), program.err().constData());
    const QString usual = m_folder->filePath(u"holdline.sock"_s);
    QVERIFY(program.err().contains("for monitors at " + usual.toUtf8()));
    QCOMPARE(QFileInfo(usual).permissions(), kPrivate);
    Watcher watcher(usual);
    QTRY_VERIFY(watcher.state.complete);
    QCOMPARE(watcher.hello->pid, program.pid());
    program.send(SIGTERM);
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
    QTRY_VERIFY(!watcher.isConnected());
    QVERIFY2(watcher.problem().isEmpty(), qPrintable(watcher.problem()));
    QVERIFY(filesIn(*m_folder).isEmpty());
}

void TestHoldlineMonitor::withoutAUsualPlaceThereIsNone()
{
    HoldlineProgram program({});
    QVERIFY2(program.startListening(), program.err().constData());
    QVERIFY(!program.err().contains("for monitors"));
}

void TestHoldlineMonitor::offIsOff()
{
    HoldlineProgram program({u"--monitor-socket"_s, u"off"_s});
    program.setEnvironment(u"XDG_RUNTIME_DIR"_s, m_folder->path());
    QVERIFY2(program.startListening(), program.err().constData());
    QVERIFY(filesIn(*m_folder).isEmpty());
}

void TestHoldlineMonitor::takenByAnother()
{
    HoldlineProgram first({u"--monitor-socket"_s, path()});
    QVERIFY2(first.startListening(), first.err().constData());
    HoldlineProgram second({u"--monitor-socket"_s, path()});
    QCOMPARE(second.run(), 69);
    QVERIFY(second.err().contains("another service listens there"));
    QVERIFY(second.err().contains(path().toUtf8()));
    Watcher watcher(path());
    QTRY_VERIFY(watcher.state.complete);
    QCOMPARE(watcher.hello->pid, first.pid());
}

/// Two services of one user on different ports. The second one works although the first uses the default
/// path.
void TestHoldlineMonitor::usualPlaceTakenByAnother()
{
    HoldlineProgram first({});
    first.setEnvironment(u"XDG_RUNTIME_DIR"_s, m_folder->path());
    QVERIFY2(first.startListening(), first.err().constData());
    HoldlineProgram second({});
    second.setEnvironment(u"XDG_RUNTIME_DIR"_s, m_folder->path());
    QVERIFY2(second.startListening(), second.err().constData());
    QVERIFY(second.err().contains("level=warning"));
    QVERIFY(second.err().contains("another service listens there"));
    second.send(SIGTERM);
    QVERIFY(second.waitForEnd());
    Watcher watcher(m_folder->filePath(u"holdline.sock"_s));
    QTRY_VERIFY(watcher.state.complete);
    QCOMPARE(watcher.hello->pid, first.pid());
}

void TestHoldlineMonitor::killedAndRestarted()
{
    HoldlineProgram first({u"--monitor-socket"_s, path()});
    QVERIFY2(first.startListening(), first.err().constData());
    Watcher watcher(path());
    QTRY_VERIFY(watcher.state.complete);
    first.send(SIGKILL);
    QVERIFY(first.waitForEnd());
    QTRY_VERIFY(!watcher.isConnected());
    QVERIFY(!filesIn(*m_folder).isEmpty());
    HoldlineProgram second({u"--monitor-socket"_s, path()});
    QVERIFY2(second.startListening(), second.err().constData());
    Watcher again(path());
    QTRY_VERIFY(again.state.complete);
    QCOMPARE(again.hello->pid, second.pid());
}

void TestHoldlineMonitor::pathsThatCannotBe_data()
{
    QTest::addColumn<QString>("socket");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("too long") << QString(107, u'x') << 64 << QByteArray("106 bytes");
    QTest::newRow("too long in bytes") << QString(54, u'ä') << 64 << QByteArray("106 bytes");
    QTest::newRow("no folder") << u"/nowhere/at/all.sock"_s << 69 << QByteArray("/nowhere/at/all.sock");
}

void TestHoldlineMonitor::pathsThatCannotBe()
{
    QFETCH(const QString, socket);
    QFETCH(const int, exitCode);
    QFETCH(const QByteArray, text);
    HoldlineProgram program({u"--monitor-socket"_s, socket});
    QCOMPARE(program.run(), exitCode);
    QVERIFY2(program.err().contains(text), program.err().constData());
}

void TestHoldlineMonitor::drainEndsTheProgram()
{
    HoldlineProgram program({u"--monitor-socket"_s, path()});
    QVERIFY2(program.startListening(), program.err().constData());
    Watcher watcher(path());
    watcher.send("{\"command\":\"drain\"}\n");
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
    QTRY_COMPARE(watcher.replies.size(), 1u);
    QVERIFY(watcher.replies.front().ok);
    QVERIFY(filesIn(*m_folder).isEmpty());
}

/// An observer gets the end of the last job, although the program exits at once.
void TestHoldlineMonitor::lastWordsAreHeard()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--monitor-socket"_s, path(), u"--upstream"_s, upstream.url().toString(),
                             u"--deadline"_s, u"500ms"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    Watcher watcher(path());
    RawHttpClient client(program.port());
    client.send(startRequest("a"));
    QTRY_COMPARE(watcher.state.live.size(), 1u);
    program.send(SIGTERM);
    QVERIFY(program.waitForEnd());
    QTRY_VERIFY(!watcher.isConnected());
    QCOMPARE(watcher.state.live.size(), 0u);
    QCOMPARE(watcher.state.ended.size(), 1u);
    QCOMPARE(watcher.state.ended.front().outcome, holdline::Reason::CallbackTimeout);
    QVERIFY(watcher.state.sample->draining);
    QVERIFY2(watcher.problem().isEmpty(), qPrintable(watcher.problem()));
}

HOLDLINE_TEST(TestHoldlineMonitor)
#include "tst_holdlinemonitor.moc"
