// SPDX-License-Identifier: GPL-3.0-or-later
// A process without free descriptors. An existing event loop continues to work. A new thread cannot get
// holdline's event loop, so it gets Qt's event dispatcher.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/suite.h"

#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/epolldispatcher.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSemaphore>
#include <QThread>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

namespace {

/// Returns the lowest free descriptor number.
rlim_t lowestFree()
{
    const Descriptor lowest(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    return static_cast<rlim_t>(lowest.get());
}

/// Returns true when an epoll instance of this process watches this descriptor.
bool isWatched(int number)
{
    const QDir all(u"/proc/self/fdinfo"_s);
    const auto entries = all.entryList(QDir::Files);
    return std::any_of(entries.begin(), entries.end(), [&](const QString &entry) {
        QFile info(all.filePath(entry));
        if (!info.open(QIODevice::ReadOnly))
            return false;
        const auto lines = info.readAll().split('\n');
        return std::any_of(lines.begin(), lines.end(), [number](const QByteArray &line) {
            return line.startsWith("tfd:") && line.mid(4).simplified().split(' ').first().toInt() == number;
        });
    });
}

/// What was observed of the main thread's event loop, which was created when only one descriptor was free.
struct MainLoop
{
    QByteArray name;
    Trace warnings;
} mainLoop;

void keepWarning(QtMsgType, const QMessageLogContext &, const QString &text)
{
    mainLoop.warnings << text.toUtf8();
}

}  // namespace

class TestEventFewDescriptors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void noDescriptorIsLeft()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << ends.here.read(); });
            Receiver receiver;
            receiver.onEvent = [&](int number) { trace << QByteArray::number(number); };
            receiver.onTimer = [&](int id) {
                trace << "timer";
                receiver.killTimer(id);
            };
            const auto use = [&] {
                ends.there.write();
                turn();
                receiver.post(1);
                receiver.startTimer(0);
                turn();
            };
            // UBSan opens a descriptor the first time it checks a class, so everything is used once before.
            use();
            const DescriptorLimit noneLeft(lowestFree());
            // Without a free descriptor, Qt's own event dispatcher would end the process here.
            trace << (EpollDispatcher().isValid() ? "valid" : "not valid");
            use();
        });
        QCOMPARE(seen, Trace({"x", "1", "timer", "not valid", "x", "1", "timer"}));
    }

    // The loop recovers with a new epoll instance, but no descriptor is free for it now.
    void aCopyOfAClosedDescriptorIsLeftThen()
    {
        const Trace seen = observe([](Trace &trace) {
            Ends ends = Ends::sockets();
            const Ends others = Ends::sockets();
            const Ends late = Ends::sockets();
            const int number = ends.here.get();
            const Descriptor copy(::fcntl(number, F_DUPFD_CLOEXEC, number + 100));
            Notifier old = notify(ends.here, Type::Read, [&] { trace << "old"; });
            const Notifier onOthers =
                notify(others.here, Type::Read, [&] { trace << "others" << others.here.read(); });
            Notifier onLate;
            Receiver receiver;
            receiver.onEvent = [&](int) { trace << "posted"; };
            receiver.onTimer = [&](int id) {
                trace << "timer";
                receiver.killTimer(id);
            };
            const auto use = [&] {
                others.there.write();
                turn();
                receiver.post(1);
                turn();
                receiver.startTimer(10);
                qsizetype before = trace.size();
                until([&] { return trace.size() > before; });
                // A QThread needs an event loop, and so descriptors. A std::thread needs none.
                std::thread another([&receiver] { receiver.post(1); });
                before = trace.size();
                until([&] { return trace.size() > before; });
                another.join();
                const int turns = wakeUpsWithin(100ms);
                if (turns > 20)
                    trace << "turns: " + QByteArray::number(turns);
            };
            use();
            ends.here.close();
            old.reset();
            ends.there.write();
            const Descriptor holds(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, number));
            {
                const DescriptorLimit noneLeft(lowestFree());
                trace << "none left";
                use();
                onLate = notify(late.here, Type::Read, [&] { trace << "late" << late.here.read(); });
                late.there.write();
                turn();
                // This notifier gets no further activations and can be removed as usual.
                onLate.reset();
                late.there.write();
                turn();
                use();
            }
            trace << "some left";
            if (currentLoop() == EventLoop::Epoll && !isWatched(number))
                trace << "there was nothing to recover from";
            use();
            if (isWatched(number))
                trace << "still watched";
            onLate = notify(late.here, Type::Read, [&] { trace << "late" << late.here.read(); });
            turn();
        });
        const Trace used{"others", "x", "posted", "timer", "posted"};
        QCOMPARE(seen, used + Trace({"none left"}) + used + Trace({"late", "x"}) + used +
                           Trace({"some left"}) + used + Trace({"late", "x"}));
    }

    // holdline's loop needs two descriptors, Qt's needs one.
    void aThreadGetsQtsLoopInstead()
    {
        if (currentLoop() == EventLoop::Qt)
            return;
        makeEventDispatcher(EventLoop::Epoll).reset();
        QTest::ignoreMessage(QtWarningMsg, "no descriptor is left for the epoll event loop; Qt's is used");
        QThread thread;
        QVERIFY(!thread.isRunning());
        QSemaphore started;
        connect(
            &thread, &QThread::started, &thread, [&started] { started.release(); }, Qt::DirectConnection);
        {
            const DescriptorLimit oneLeft(lowestFree() + 1);
            const auto own = makeEventDispatcher(EventLoop::Epoll);
            QVERIFY(!own);
            // One descriptor is still free, so the failed attempt has closed the descriptor it opened.
            QVERIFY(Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)).get() >= 0);
            thread.start();
            started.acquire();
        }
        QCOMPARE(thread.eventDispatcher()->metaObject()->className(), "QEventDispatcherUNIX");
        thread.quit();
        QVERIFY(thread.wait(60'000));
    }

    void theMainThreadGetsQtsLoopInstead()
    {
        QCOMPARE(mainLoop.name, "QEventDispatcherUNIX");
        QCOMPARE(mainLoop.warnings, Trace({"no descriptor is left for the epoll event loop; Qt's is used"}));
        bool told = false;
        QMetaObject::invokeMethod(
            this, [&] { told = true; }, Qt::QueuedConnection);
        QTRY_VERIFY(told);
    }
};

namespace {

int runWithoutDescriptors(int argc, char **argv)
{
    raiseDescriptorLimit();
    // UBSan opens a descriptor the first time it checks a class.
    makeEventDispatcher(EventLoop::Epoll).reset();
    const auto before = qInstallMessageHandler(keepWarning);
    std::unique_ptr<QCoreApplication> app;
    {
        const DescriptorLimit oneLeft(lowestFree() + 1);
        installEventLoop(EventLoop::Epoll);
        app = std::make_unique<QCoreApplication>(argc, argv);
    }
    qInstallMessageHandler(before);
    mainLoop.name = dispatcher()->metaObject()->className();
    return runClass<TestEventFewDescriptors>(argc, argv);
}

}  // namespace

HOLDLINE_TEST_WITH(TestEventFewDescriptors, runWithoutDescriptors)
#include "tst_eventfewdescriptors.moc"
