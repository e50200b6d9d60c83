// SPDX-License-Identifier: GPL-3.0-or-later
// What others do to the store's file while the service uses it: they lock it, look into it, delete or replace
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

private:
    void lookInto(const StoreWorld &world);
};

/// Like sqlite3 or a backup: the last connection that closes removes the write-ahead log, when the locks
/// allow.
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

    // The program ends although the disk does not answer.
    QVERIFY(QDir().mkpath(marker));
    QCOMPARE(world.keyed("last").status, 503);
    QVERIFY(world.stop());
    QVERIFY(QDir(marker).removeRecursively());
    QVERIFY(world.start());
    QCOMPARE(world.keyed("during").headers.value("Idempotent-Replayed"), "true"_ba);
    // The disk may or may not have the record of this job, which was refused and has not left.
    QCOMPARE(world.starts("last"), 0);
}

HOLDLINE_TEST(TestStoreSurroundings)
#include "tst_storesurroundings.moc"
