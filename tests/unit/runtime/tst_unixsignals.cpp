// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/unixsignals.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTemporaryFile>
#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

using namespace holdline;

namespace {

void (*handlerOf(int signal))(int)
{
    struct sigaction action = {};
    ::sigaction(signal, nullptr, &action);
    return action.sa_handler;
}

int marked = 0;
void mark(int signal)
{
    marked = signal;
}

}  // namespace

class TestUnixSignals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void terminates_data();
    void terminates();
    void reloads();
    void secondSignal();
    void brokenPipeIsAnError();
    void writingBeyondAFilesLimitIsAnError();
    void oneAtATime();
    void handlersComeBack();
    void destroyedFromItsOwnSignal();
    void floods();
};

void TestUnixSignals::terminates_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestUnixSignals::terminates()
{
    QFETCH(int, number);
    UnixSignals signals_;
    QVERIFY(signals_.isValid());
    QSignalSpy terminate(&signals_, &UnixSignals::terminate);
    QSignalSpy reload(&signals_, &UnixSignals::reload);
    ::raise(number);
    // The signal handler itself emits no Qt signal.
    QCOMPARE(terminate.size(), 0);
    QCOMPARE(UnixSignals::waitingTerminations(), 1);
    QVERIFY(terminate.wait());
    QCOMPARE(UnixSignals::waitingTerminations(), 0);
    QCOMPARE(terminate.size(), 1);
    QCOMPARE(terminate.first().first().toInt(), number);
    QCOMPARE(reload.size(), 0);
}

void TestUnixSignals::reloads()
{
    UnixSignals signals_;
    QSignalSpy terminate(&signals_, &UnixSignals::terminate);
    QSignalSpy reload(&signals_, &UnixSignals::reload);
    ::raise(SIGHUP);
    ::raise(SIGHUP);
    QVERIFY(reload.wait());
    QCOMPARE(reload.size(), 1);
    QCOMPARE(terminate.size(), 0);
}

void TestUnixSignals::secondSignal()
{
    UnixSignals signals_;
    QSignalSpy terminate(&signals_, &UnixSignals::terminate);
    ::raise(SIGTERM);
    ::raise(SIGTERM);
    QTRY_COMPARE(terminate.size(), 2);
}

void TestUnixSignals::brokenPipeIsAnError()
{
    UnixSignals signals_;
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    ::close(ends[0]);
    QCOMPARE(::write(ends[1], "x", 1), -1);
    QCOMPARE(errno, EPIPE);
    ::close(ends[1]);
}

void TestUnixSignals::writingBeyondAFilesLimitIsAnError()
{
    UnixSignals signals_;
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    QTemporaryFile file;
    QVERIFY(file.open());
    const rlimit none{0, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &none), 0);
    const auto written = ::write(file.handle(), "x", 1);
    const int error = errno;
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    QCOMPARE(written, -1);
    QCOMPARE(error, EFBIG);
}

void TestUnixSignals::oneAtATime()
{
    auto first = std::make_unique<UnixSignals>();
    UnixSignals second;
    QVERIFY(first->isValid());
    QVERIFY(!second.isValid());
    QSignalSpy terminate(first.get(), &UnixSignals::terminate);
    ::raise(SIGTERM);
    QVERIFY(terminate.wait());
    first.reset();
    UnixSignals third;
    QVERIFY(third.isValid());
}

void TestUnixSignals::handlersComeBack()
{
    ::signal(SIGTERM, mark);
    ::signal(SIGHUP, SIG_IGN);
    const auto pipeBefore = handlerOf(SIGPIPE);
    {
        UnixSignals signals_;
        QVERIFY(handlerOf(SIGTERM) != mark);
        QVERIFY(handlerOf(SIGPIPE) == SIG_IGN);
    }
    QVERIFY(handlerOf(SIGTERM) == mark);
    QVERIFY(handlerOf(SIGHUP) == SIG_IGN);
    QVERIFY(handlerOf(SIGPIPE) == pipeBefore);
    ::raise(SIGTERM);
    QCOMPARE(marked, SIGTERM);
    ::signal(SIGTERM, SIG_DFL);
    ::signal(SIGHUP, SIG_DFL);
}

void TestUnixSignals::destroyedFromItsOwnSignal()
{
    auto signals_ = std::make_unique<UnixSignals>();
    int heard = 0;
    connect(signals_.get(), &UnixSignals::terminate, this, [&] {
        ++heard;
        signals_.reset();
    });
    ::raise(SIGTERM);
    ::raise(SIGTERM);
    ::raise(SIGHUP);
    QTRY_VERIFY(!signals_);
    QCOMPARE(heard, 1);
}

void TestUnixSignals::floods()
{
    UnixSignals signals_;
    QSignalSpy reload(&signals_, &UnixSignals::reload);
    QSignalSpy terminate(&signals_, &UnixSignals::terminate);
    // These are more signals than a pipe holds. The handler must not block, and the SIGTERM after them must
    // not be lost.
    for (int i = 0; i < 70'000; ++i)
        ::raise(SIGHUP);
    ::raise(SIGTERM);
    QTRY_COMPARE(terminate.size(), 1);
    QCOMPARE(reload.size(), 1);
    ::raise(SIGHUP);
    QTRY_COMPARE(reload.size(), 2);
}

HOLDLINE_TEST(TestUnixSignals)
#include "tst_unixsignals.moc"
