// SPDX-License-Identifier: GPL-3.0-or-later
// One call of the system fails at a time: the first, the second, and so on until the program makes no more.
// The program refuses to start with a text, or it serves afterwards as if nothing had happened.
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
    // The most calls that are made to fail, for calls that each request makes.
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
            // A program that was killed or crashed has the exit code -1.
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
    // Without this check a call with a wrong name would pass.
    QVERIFY(which > 1);
}

/// Some requests may get an error. Those after them are served, and each key runs once.
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
