// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with a store that cannot be written for a while.
#include "tests/processes/storeworld.h"
#include "tests/support/permissions.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QTemporaryDir>

#include <cerrno>

#include <sys/resource.h>

using namespace holdline;
using namespace holdline::test;

namespace {

/// Limits the size of files that the program may write. Larger writes fail with EFBIG.
bool limitFiles(const Program &program, rlim_t bytes)
{
    const rlimit limit{bytes, RLIM_INFINITY};
    return ::prlimit(static_cast<pid_t>(program.pid()), RLIMIT_FSIZE, &limit, nullptr) == 0;
}

}  // namespace

class TestStoreFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesThatMayNotGrow();
    void fullDisk();
    void readOnlyFolder();
};

void TestStoreFaults::filesThatMayNotGrow()
{
    StoreWorld world;
    QVERIFY(world.start());
    const RawAnswer before = world.keyed("before");
    QCOMPARE(before.status, 200);

    QVERIFY(limitFiles(world.program(), 1));
    // The first request may still find the store available, but later requests do not.
    QCOMPARE(world.keyed("first").status, 503);
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(world.program().err().contains("level=error") || world.program().err().contains("level=warning"),
             world.program().err().constData());
    QVERIFY2(world.program().err().contains("store"), world.program().err().constData());

    QVERIFY(limitFiles(world.program(), RLIM_INFINITY));
    takesDurableJobsAgain(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.keyed("before").body, before.body);
    QCOMPARE(world.starts("before"), 1);
    QVERIFY(world.stop());
    QVERIFY(world.start());
    QCOMPARE(world.keyed("before").body, before.body);
    QCOMPARE(world.starts("first"), 0);
}

void TestStoreFaults::fullDisk()
{
    const QTemporaryDir place;
    QFile marker(place.filePath(u"full"_s));
    StoreWorld world;
    QVERIFY(world.start(failingCalls(u"grow=%1?%2"_s.arg(ENOSPC).arg(marker.fileName()))));
    const RawAnswer before = world.keyed("before");
    QCOMPARE(before.status, 200);

    QVERIFY(marker.open(QIODevice::WriteOnly));
    // A few writes may still fit into free pages of the file.
    int stored = 0;
    while (stored < 2'000 && world.keyed("fill-" + QByteArray::number(stored)).status == 200)
        ++stored;
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(world.program().err().contains("full"), world.program().err().constData());

    QVERIFY(marker.remove());
    takesDurableJobsAgain(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.keyed("before").body, before.body);
    QCOMPARE(world.starts("before"), 1);
    for (int i = 0; i < stored; ++i)
        QCOMPARE(world.starts("fill-" + QByteArray::number(i)), 1);
}

void TestStoreFaults::readOnlyFolder()
{
    StoreWorld world;
    QVERIFY(world.start());
    const RawAnswer before = world.keyed("before");
    QCOMPARE(before.status, 200);
    QVERIFY(world.stop());

    const auto path = QFile::encodeName(world.folder());
    QFile::setPermissions(world.file(), QFile::ReadOwner);
    QFile::setPermissions(world.folder(), QFile::ReadOwner | QFile::ExeOwner);
    QVERIFY2(world.start(BoundByPermissions::command()), world.program().err().constData());
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(world.program().err().contains(path), world.program().err().constData());

    QFile::setPermissions(world.folder(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QFile::setPermissions(world.file(), QFile::ReadOwner | QFile::WriteOwner);
    takesDurableJobsAgain(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.keyed("before").body, before.body);
    QCOMPARE(world.starts("before"), 1);
}

HOLDLINE_TEST(TestStoreFaults)
#include "tst_storefaults.moc"
