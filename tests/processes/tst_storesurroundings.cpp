// SPDX-License-Identifier: GPL-3.0-or-later
// What other programs do to the store's file while the service uses it: they lock, read, delete or replace
// it.
#include "service/holdline/store/sqliteconnection.h"
#include "tests/processes/storeworld.h"
#include "tests/support/suite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <cerrno>

using namespace holdline;
using namespace holdline::test;

class TestStoreSurroundings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aForeignReaderAfterTrouble_data();
    void aForeignReaderAfterTrouble();
    void aFileThatVanishes_data();
    void aFileThatVanishes();
    void aDiskThatHangs();
    void aDiskThatHangsAtTheStart();
    void theSecondSignalDoesNotWaitForADisk();
    void aReadThatFailsOnce_data();
    void aReadThatFailsOnce();
    void aWallClockThatJumps_data();
    void aWallClockThatJumps();
    void aPauseBeyondTheDeadline();
    void aLogThatWasDeleted();

private:
    void lookInto(const StoreWorld &world);
};

/// Reads the database like sqlite3 or a backup program. When such a program closes the last connection, it
/// removes the write-ahead log, if the locks allow this.
void TestStoreSurroundings::lookInto(const StoreWorld &world)
{
    SqliteConnection foreign;
    QVERIFY(foreign.open(world.file(), SqliteConnection::Access::Write));
    QVERIFY(foreign.ask("SELECT count(*) FROM jobs").has_value());
}

void TestStoreSurroundings::aForeignReaderAfterTrouble_data()
{
    QTest::addColumn<QString>("failure");
    QTest::newRow("locked") << QString();
    QTest::newRow("EIO") << u"pwrite=%1"_s.arg(EIO);
    QTest::newRow("full disk") << u"grow=%1"_s.arg(ENOSPC);
}

void TestStoreSurroundings::aForeignReaderAfterTrouble()
{
    QFETCH(const QString, failure);
    const QTemporaryDir place;
    const QString marker = place.filePath(u"marker"_s);
    StoreWorld world;
    QVERIFY(world.start(failingCalls(failure + u'?' + marker)));
    QCOMPARE(world.keyed("before").status, 200);

    if (failure.isEmpty()) {
        SqliteConnection other;
        QVERIFY(other.open(world.file(), SqliteConnection::Access::Write));
        QVERIFY(other.runOnce(u"BEGIN IMMEDIATE"_s));
        QCOMPARE(world.keyed("during").status, 503);
    } else {
        QVERIFY(QDir().mkpath(marker));
        int status = 200;
        for (int i = 0; i < 2'000 && status == 200; ++i)
            status = world.keyed("fill-" + QByteArray::number(i)).status;
        QCOMPARE(status, 503);
        QVERIFY(QDir(marker).removeRecursively());
    }
    QTRY_COMPARE_WITH_TIMEOUT(world.keyed("after").status, 200, 30'000);
    lookInto(world);
    QCOMPARE(world.keyed("late").status, 200);
    lookInto(world);
    if (QTest::currentTestFailed())
        return;
    world.kill();
    QVERIFY(world.start());
    for (const QByteArray &key : {"before"_ba, "after"_ba, "late"_ba}) {
        const RawAnswer again = world.keyed(key);
        QCOMPARE(again.status, 200);
        QCOMPARE(again.headers.value("Idempotent-Replayed"), "true"_ba);
        QCOMPARE(world.starts(key), 1);
    }
}

void TestStoreSurroundings::aFileThatVanishes_data()
{
    QTest::addColumn<QString>("what");
    QTest::newRow("deleted") << u"deleted"_s;
    QTest::newRow("deleted with its log") << u"all"_s;
    QTest::newRow("only the log") << u"log"_s;
    QTest::newRow("moved away and back") << u"moved"_s;
    QTest::newRow("replaced by a copy") << u"copy"_s;
}

void TestStoreSurroundings::aFileThatVanishes()
{
    QFETCH(const QString, what);
    StoreWorld world;
    QVERIFY(world.start());
    QCOMPARE(world.keyed("before").status, 200);
    const QString file = world.file();
    const QString aside = file + u".aside"_s;
    if (what == u"copy") {
        QVERIFY(QFile::copy(file, aside));
        QVERIFY(QFile::remove(file) && QFile::rename(aside, file));
    } else if (what == u"moved") {
        QVERIFY(QFile::rename(file, aside));
    } else {
        QVERIFY(what == u"log" || QFile::remove(file));
        QVERIFY(what == u"deleted" || QFile::remove(file + u"-wal"_s));
        QFile::remove(file + u"-shm"_s);
    }
    QTRY_VERIFY_WITH_TIMEOUT(world.program().err().contains("was deleted or replaced"), 2'500);
    if (what == u"moved")
        QVERIFY(QFile::rename(aside, file));
    QTRY_COMPARE_WITH_TIMEOUT(world.keyed("after").status, 200, 30'000);
    world.kill();
    QVERIFY(world.start());
    const RawAnswer again = world.keyed("after");
    QCOMPARE(again.headers.value("Idempotent-Replayed"), "true"_ba);
    QCOMPARE(world.starts("after"), 1);
    if (what == u"moved")
        QCOMPARE(world.keyed("before").headers.value("Idempotent-Replayed"), "true"_ba);
}

void TestStoreSurroundings::aDiskThatHangs()
{
    const QTemporaryDir place;
    const QString marker = place.filePath(u"marker"_s);
    StoreWorld world;
    QVERIFY(world.start(failingCalls(u"fdatasync=hang?"_s + marker), {u"--store-patience"_s, u"500ms"_s}));
    QCOMPARE(world.keyed("before").status, 200);
    QVERIFY(QDir().mkpath(marker));
    const RawAnswer refused = world.keyed("during");
    QCOMPARE(refused.status, 503);
    QCOMPARE(StoreWorld::code(refused), "store_unavailable"_ba);
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.starts("during"), 0);
    QVERIFY2(world.program().err().contains("store.patience"), world.program().err().constData());
    QCOMPARE(world.program().metric("holdline_store_available"), 0.0);

    QVERIFY(QDir(marker).removeRecursively());
    takesDurableJobsAgain(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.keyed("during").status, 200);
    QCOMPARE(world.starts("during"), 1);
    QCOMPARE(world.starts("before"), 1);

    // The program exits although the disk does not respond.
    QVERIFY(QDir().mkpath(marker));
    QCOMPARE(world.keyed("last").status, 503);
    QVERIFY(world.stop());
    QVERIFY(QDir(marker).removeRecursively());
    QVERIFY(world.start());
    QCOMPARE(world.keyed("during").headers.value("Idempotent-Replayed"), "true"_ba);
    // The record of this refused job may be on the disk or not. The job was not started in any case.
    QCOMPARE(world.starts("last"), 0);
}

void TestStoreSurroundings::aDiskThatHangsAtTheStart()
{
    const QTemporaryDir place;
    const QString marker = place.filePath(u"marker"_s);
    const QStringList hang = failingCalls(u"fdatasync=hang?"_s + marker);
    const QStringList patience{u"--store-patience"_s, u"500ms"_s};
    StoreWorld world;
    QVERIFY(world.start(hang, patience));
    QCOMPARE(world.keyed("before").status, 200);
    world.kill();

    QVERIFY(QDir().mkpath(marker));
    QVERIFY2(world.start(hang, patience), world.program().err().constData());
    QVERIFY2(world.program().err().contains("store.patience"), world.program().err().constData());
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    // The program exits although its store never became available.
    QVERIFY(world.stop());

    QVERIFY(world.start(hang, patience));
    QVERIFY(QDir(marker).removeRecursively());
    takesDurableJobsAgain(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.keyed("before").headers.value("Idempotent-Replayed"), "true"_ba);
    QCOMPARE(world.starts("before"), 1);
}

void TestStoreSurroundings::theSecondSignalDoesNotWaitForADisk()
{
    const QTemporaryDir place;
    const QString marker = place.filePath(u"marker"_s);
    StoreWorld world;
    // The patience is so long that a program that waited for its disk would exceed the limits of this test.
    const QString mark = place.filePath(u"mark"_s);
    const QStringList hang = failingCalls(u"fdatasync=hang?"_s + marker, mark);
    QVERIFY(world.start(hang, {u"--store-patience"_s, u"10m"_s}));
    QCOMPARE(world.keyed("before").status, 200);
    QVERIFY(QDir().mkpath(marker));
    RawHttpClient waiting(world.program().port());
    waiting.send(RawHttpClient::post("/start", R"({"account":"a","order":"hangs","wait":true})",
                                     "Idempotency-Key: \"hangs\"\r\n"));
    QTRY_VERIFY(QDir(mark).exists());
    world.program().send(SIGTERM);
    QTRY_VERIFY(world.program().admin("/readyz").contains("draining"));
    world.program().send(SIGTERM);
    QVERIFY(world.program().waitForEnd());
    QCOMPARE(world.program().exitCode(), 0);

    // The same applies while the program waits for the disk at its start.
    QVERIFY(QDir(mark).removeRecursively());
    HoldlineProgram starting({u"--store"_s, world.file(), u"--store-patience"_s, u"10m"_s}, hang);
    starting.start();
    QTRY_VERIFY(QDir(mark).exists());
    starting.send(SIGTERM);
    starting.send(SIGINT);
    QVERIFY(starting.waitForEnd());
    QCOMPARE(starting.exitCode(), 0);

    QVERIFY(QDir(marker).removeRecursively());
    QVERIFY(world.start());
    QCOMPARE(world.keyed("before").headers.value("Idempotent-Replayed"), "true"_ba);
    QCOMPARE(world.starts("hangs"), 0);
}

void TestStoreSurroundings::aReadThatFailsOnce_data()
{
    QTest::addColumn<QString>("rule");
    QTest::addColumn<int>("status");
    QTest::newRow("once") << u"pread=%1@1"_s.arg(EIO) << 200;
    QTest::newRow("until it is mended") << u"pread=%1"_s.arg(EIO) << 503;
}

/// A failed read must not be reported as a damaged file or as an unknown job.
void TestStoreSurroundings::aReadThatFailsOnce()
{
    QFETCH(const QString, rule);
    QFETCH(const int, status);
    const QTemporaryDir place;
    const QString marker = place.filePath(u"marker"_s);
    StoreWorld world;
    QVERIFY(world.start(failingCalls(rule + u'?' + marker)));
    const RawAnswer before = world.keyed("before");
    QCOMPARE(before.status, 200);
    const QByteArray target = "/v1/jobs/" + before.headers.value("Holdline-Job") + "/result";
    const auto result = [&] { return ask(world.program().port(), RawHttpClient::get(target)); };
    QCOMPARE(result().status, 200);
    // After this write, the reader must read the file again.
    QCOMPARE(world.keyed("other").status, 200);
    QVERIFY(QDir().mkpath(marker));
    QCOMPARE(result().status, status);
    QVERIFY2(!world.program().err().contains("damaged"), world.program().err().constData());
    QVERIFY(QDir(marker).removeRecursively());
    QTRY_COMPARE_WITH_TIMEOUT(result().status, 200, 30'000);
    QCOMPARE(result().body, before.body);
    // The writer reopens the store every few seconds.
    QTRY_COMPARE_WITH_TIMEOUT(world.keyed("before").status, 200, 30'000);
    QCOMPARE(world.keyed("before").headers.value("Idempotent-Replayed"), "true"_ba);
    QCOMPARE(world.starts("before"), 1);
}

void TestStoreSurroundings::aWallClockThatJumps_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("an hour ahead") << qint64(3'600);
    QTest::newRow("an hour back") << qint64(-3'600);
    QTest::newRow("a day ahead") << qint64(86'400);
    QTest::newRow("a day back") << qint64(-86'400);
    QTest::newRow("ten years ahead") << qint64(315'360'000);
    QTest::newRow("ten years back") << qint64(-315'360'000);
}

/// When the wall clock jumps, keys stay known and jobs continue, while the service runs and across restarts.
void TestStoreSurroundings::aWallClockThatJumps()
{
    QFETCH(const qint64, seconds);
    const QTemporaryDir place;
    const QString wrong = place.filePath(u"wrong"_s);
    const auto setClock = [&](qint64 by) {
        QFile next(wrong + u".new"_s);
        QVERIFY(next.open(QIODevice::WriteOnly) && next.write(QByteArray::number(by)) > 0);
        next.close();
        QFile::remove(wrong);
        QVERIFY(next.rename(wrong));
    };
    const auto isReplayed = [](StoreWorld &world, const QByteArray &key) {
        return world.keyed(key).headers.value("Idempotent-Replayed") == "true" && world.starts(key) == 1;
    };
    StoreWorld world(2s);
    setClock(0);
    QVERIFY(world.start(wrongClock(wrong)));
    QCOMPARE(world.keyed("first").status, 200);

    setClock(seconds);
    QTRY_VERIFY_WITH_TIMEOUT(world.program().err().contains("the clock of this machine jumped by"), 30'000);
    QVERIFY(isReplayed(world, "first"));
    world.kill();
    setClock(0);
    QVERIFY(world.start(wrongClock(wrong)));
    QVERIFY(isReplayed(world, "first"));
    QCOMPARE(world.keyed("second").status, 200);
    // Restarts the service in the middle of a job.
    const RawAnswer accepted = world.keyed("goes on", "Prefer: respond-async\r\n");
    QCOMPARE(accepted.status, 202);
    QTRY_COMPARE(world.starts("goes on"), 1);
    world.kill();
    setClock(seconds);
    QVERIFY(world.start(wrongClock(wrong)));
    QVERIFY2(world.program().err().contains("the clock of this machine jumped by"),
             world.program().err().constData());
    QVERIFY(isReplayed(world, "first"));
    QVERIFY(isReplayed(world, "second"));
    // The job's callback is sent to the port of the previous process, so the job is still waiting.
    const QByteArray result = accepted.headers.value("Location") + "/result";
    QCOMPARE(ask(world.program().port(), RawHttpClient::get(result)).status, 202);
    QCOMPARE(world.starts("goes on"), 1);
}

/// A callback that arrived before the deadline counts, even if the process reads it after the deadline.
void TestStoreSurroundings::aPauseBeyondTheDeadline()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString(), u"--deadline"_s, u"2s"_s,
                             u"--monitor-socket"_s, u"off"_s});
    QVERIFY(program.startListening());
    RawHttpClient client(program.port());
    client.send(startRequest("a"));
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    QTRY_COMPARE(program.metric("holdline_upstream_starts_total{fate=\"accepted\"}"), 1.0);
    program.send(SIGSTOP);
    RawHttpClient caller(program.port());
    caller.send(RawHttpClient::post(callbackOf(upstream.arrivals().front()).path().toLatin1(), result()));
    // The deadline must pass while the process is stopped, so the test waits for a fixed time.
    QTest::qWait(2'500);
    program.send(SIGCONT);
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(client.answers().front().body, result());
    QTRY_COMPARE(caller.status(), 200);
}

/// When commits are lost, keys may run again. So the service must log how many were lost.
void TestStoreSurroundings::aLogThatWasDeleted()
{
    const auto note = [](const StoreWorld &world) {
        QFile file(world.file() + u"-note"_s);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    StoreWorld world;
    QVERIFY(world.start());
    QCOMPARE(world.keyed("before").status, 200);
    QVERIFY(world.stop());
    QVERIFY(world.start());
    const QByteArray noted = note(world);
    QVERIFY(!noted.isEmpty());
    int last = 0;
    QTRY_VERIFY((world.keyed("lost-" + QByteArray::number(++last)), note(world) != noted));
    world.kill();
    QVERIFY(QFile::remove(world.file() + u"-wal"_s));
    QVERIFY(world.start());
    QVERIFY2(world.program().err().contains("the store lost at least"), world.program().err().constData());
    QCOMPARE(world.keyed("before").headers.value("Idempotent-Replayed"), "true"_ba);
    world.kill();
    QVERIFY(world.start());
    QVERIFY(!world.program().err().contains("the store lost at least"));
}

HOLDLINE_TEST(TestStoreSurroundings)
#include "tst_storesurroundings.moc"
