// SPDX-License-Identifier: GPL-3.0-or-later
// Makes one system call fail: the first, then the second, and so on until the program makes no further such
// call. Each time the program either refuses to start with a message, or works normally afterwards.
#include "tests/processes/storeworld.h"
#include "tests/support/suite.h"

#include <QDir>
#include <QTemporaryDir>

#include <cerrno>

using namespace holdline;
using namespace holdline::test;

class TestSystemErrors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneCallFails_data();
    void oneCallFails();

private:
    void liveWith(StoreWorld &world);
};

void TestSystemErrors::oneCallFails_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<int>("error");
    // How many calls are tested at most. For calls that every request makes, this number is small.
    QTest::addColumn<int>("most");
    QTest::newRow("epoll_create1") << u"epoll_create1"_s << EMFILE << 60;
    QTest::newRow("accept4") << u"accept4"_s << EMFILE << 3;
    QTest::newRow("pwrite") << u"pwrite"_s << EIO << 4;
    QTest::newRow("fdatasync") << u"fdatasync"_s << EIO << 3;
    QTest::newRow("ftruncate") << u"ftruncate"_s << EIO << 4;
}

void TestSystemErrors::oneCallFails()
{
    QFETCH(const QString, call);
    QFETCH(const int, error);
    QFETCH(const int, most);
    int which = 0;
    bool failed = true;
    while (failed && which < most) {
        ++which;
        const QTemporaryDir place;
        const QString mark = place.filePath(u"mark"_s);
        StoreWorld world;
        const bool listens = world.start(failingCalls(u"%1=%2@%3"_s.arg(call).arg(error).arg(which), mark));
        if (listens) {
            liveWith(world);
        } else {
            // The exit code is -1 when the program was killed or crashed.
            QVERIFY2(world.program().exitCode() > 0, world.program().err().constData());
            QVERIFY2(
                world.program().err().contains("level=error") || world.program().err().contains("holdline: "),
                world.program().err().constData());
        }
        if (QTest::currentTestFailed()) {
            qWarning("call %d of %s: %s", which, qPrintable(call), world.program().err().constData());
            return;
        }
        failed = QDir(mark).exists();
    }
    // Without this check the test would pass even if no call with this name was replaced.
    QVERIFY(which > 1);
}

/// Some requests may get an error. Later requests are served, and each key's job runs once.
void TestSystemErrors::liveWith(StoreWorld &world)
{
    QTRY_COMPARE_WITH_TIMEOUT(world.plain("plain").status, 200, 20'000);
    int status = 0;
    QTRY_VERIFY_WITH_TIMEOUT((status = world.keyed("key").status) != 503, 20'000);
    QVERIFY(status == 200 || status == 502);
    QVERIFY(world.starts("key") <= 1);
    QTRY_COMPARE_WITH_TIMEOUT(world.keyed("another").status, 200, 20'000);
    QVERIFY(world.program().isRunning());
    QVERIFY(world.stop());
}

HOLDLINE_TEST(TestSystemErrors)
#include "tst_systemerrors.moc"
