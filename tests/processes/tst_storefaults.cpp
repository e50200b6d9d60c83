// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with a store that cannot be written for a while.
#include "tests/processes/storeworld.h"
#include "tests/support/suite.h"

#include <QFile>

#include <csignal>

#include <sys/resource.h>
#include <unistd.h>

using namespace holdline;
using namespace holdline::test;

namespace {

bool isRoot()
{
    return ::geteuid() == 0;
}

/// Limits the size of files that the process may write. The system answers EFBIG.
bool limitFiles(const Program &program, rlim_t bytes)
{
    const rlimit limit{bytes, RLIM_INFINITY};
    return ::prlimit(static_cast<pid_t>(program.pid()), RLIMIT_FSIZE, &limit, nullptr) == 0;
}

/// Runs the program in a mount namespace of its own, whose mounts end with the process. The shell becomes the
/// program.
QStringList mounted(const QString &command, const QString &folder)
{
    return {u"unshare"_s, u"-m"_s, u"sh"_s, u"-c"_s, command + u" && shift && exec \"$@\""_s,
            u"sh"_s,      folder};
}

bool runs(const QStringList &command)
{
    Program program(command);
    return program.run() == 0;
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
    // The first request may still find the store available; later ones do not.
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
    if (!isRoot())
        QSKIP("a full file system can be made by root only; filesThatMayNotGrow() is what is left");
    StoreWorld world;
    QVERIFY(world.start(mounted(u"mount -t tmpfs -o size=2m tmpfs \"$1\""_s, world.folder())));
    const RawAnswer before = world.keyed("before");
    QCOMPARE(before.status, 200);

    // The path is in the file system that the process sees.
    QFile filler(u"/proc/%1/root%2/filler"_s.arg(world.program().pid()).arg(world.folder()));
    QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    for (qint64 size = 64 * 1024; size > 0; size /= 2) {
        while (filler.write(QByteArray(size, 'x')) == size)
            continue;
    }
    // Existing free pages may have room for a few writes.
    int stored = 0;
    while (stored < 2'000 && world.keyed("fill-" + QByteArray::number(stored)).status == 200)
        ++stored;
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(world.program().err().contains("full"), world.program().err().constData());

    filler.resize(0);
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
    if (isRoot()) {
        // Permissions do not bind root.
        QVERIFY(world.start(
            mounted(u"mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\""_s, world.folder())));
    } else {
        QFile::setPermissions(world.file(), QFile::ReadOwner);
        QFile::setPermissions(world.folder(), QFile::ReadOwner | QFile::ExeOwner);
        QVERIFY(world.start());
    }
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(world.program().err().contains(path), world.program().err().constData());

    if (isRoot()) {
        QVERIFY(runs({u"nsenter"_s, u"-t"_s, QString::number(world.program().pid()), u"-m"_s, u"mount"_s,
                      u"-o"_s, u"remount,rw,bind"_s, world.folder()}));
    } else {
        QFile::setPermissions(world.folder(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QFile::setPermissions(world.file(), QFile::ReadOwner | QFile::WriteOwner);
    }
    takesDurableJobsAgain(world);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(world.keyed("before").body, before.body);
    QCOMPARE(world.starts("before"), 1);
}

HOLDLINE_TEST(TestStoreFaults)
#include "tst_storefaults.moc"
