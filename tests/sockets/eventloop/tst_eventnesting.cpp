// SPDX-License-Identifier: GPL-3.0-or-later
// Turns of Qt's event loop and of holdline's: nested loops, excluded events, signals, and fairness.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/suite.h"

#include <QAbstractEventDispatcher>
#include <QEventLoop>
#include <QRegularExpression>
#include <QThread>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

class TestEventNesting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    // --- loops inside loops

    // The outer loop must not repeat events that the inner loop has handled.
    void aLoopInANotifier()
    {
        const Trace seen = observe([](Trace &trace) {
            const std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            std::array<Notifier, 2> both;
            int told = 0;
            for (std::size_t i = 0; i < 2; ++i) {
                both[i] = notify(ends[i].here, Type::Read, [&, i] {
                    trace << "in" << ends[i].here.read();
                    ++told;
                    until([&] { return told == 2; });
                    trace << "out";
                });
                ends[i].there.write();
            }
            turn();
            turn();
        });
        QCOMPARE(seen, Trace({"in", "x", "in", "x", "out", "out"}));
    }

    void aLoopInATimer()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            Receiver receiver;
            QEventLoop loop;
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << ends.here.read(); });
            int outer = 0;
            receiver.onTimer = [&](int id) {
                if (id != outer) {
                    receiver.killTimer(id);
                    trace << "timer";
                    loop.quit();
                    return;
                }
                trace << "in";
                receiver.startTimer(5);
                receiver.killTimer(outer);
                ends.there.write();
                loop.exec();
                trace << "out";
            };
            outer = receiver.startTimer(0);
            turn();
            turn();
        });
        QCOMPARE(seen, Trace({"in", "x", "timer", "out"}));
    }

    // The inner turn consumes the wake-up of an event. The outer loop must still deliver this event.
    void aPostedEventOutlivesTheLoopInside()
    {
        const Trace seen = observe([](Trace &trace) {
            QEventLoop loop;
            const auto later = [&](const std::function<void()> &what) {
                QMetaObject::invokeMethod(&loop, what, Qt::QueuedConnection);
            };
            later([&] {
                later([&] {
                    trace << "inner";
                    later([&] {
                        trace << "outer";
                        loop.quit();
                    });
                });
                loop.processEvents();
            });
            loop.exec();
        });
        QCOMPARE(seen, Trace({"inner", "outer"}));
    }

    // quit() is called on both loops while the inner loop runs.
    void bothLoopsEnd()
    {
        const Trace seen = observe([](Trace &trace) {
            QEventLoop outer;
            QMetaObject::invokeMethod(
                &outer,
                [&] {
                    QEventLoop inner;
                    const Thread thread = whenAsleep([&] {
                        outer.quit();
                        inner.quit();
                    });
                    inner.exec();
                    thread->wait();
                    trace << "inner";
                },
                Qt::QueuedConnection);
            outer.exec();
            trace << "outer";
        });
        QCOMPARE(seen, Trace({"inner", "outer"}));
    }

    // --- flags and signals

    void whatIsExcludedComesLater()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << "io"; });
            ends.there.write();
            Receiver receiver;
            receiver.onTimer = [&](int) { trace << "timer"; };
            receiver.onEvent = [&](int) { trace << "posted"; };
            receiver.startTimer(0);
            receiver.post(1);
            turn(QEventLoop::ExcludeSocketNotifiers);
            trace << "no timers";
            turn(QEventLoop::X11ExcludeTimers);
            trace << "neither";
            turn(QEventLoop::X11ExcludeTimers | QEventLoop::ExcludeSocketNotifiers);
            trace << "all";
            turn();
        });
        QCOMPARE(seen, Trace({"posted", "timer", "no timers", "io", "neither", "all", "io", "timer"}));
    }

    void itWaitsWithoutNotifiers()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << "io"; });
            ends.there.write();
            Receiver receiver;
            receiver.onTimer = [&](int) { trace << "timer"; };
            receiver.onEvent = [&](int) { trace << "posted"; };
            const int id = receiver.startTimer(5, Qt::PreciseTimer);
            const auto flags = QEventLoop::ExcludeSocketNotifiers;
            until([&] { return !trace.isEmpty(); }, flags);
            receiver.killTimer(id);
            const Thread thread = whenAsleep([&] { receiver.post(1); });
            until([&] { return trace.size() == 2; }, flags);
            thread->wait();
        });
        QCOMPARE(seen, Trace({"timer", "posted"}));
    }

    void itSaysWhenItIsAwakeAndWhenItWaits()
    {
        const Trace seen = observe([](Trace &trace) {
            QObject context;
            QObject::connect(dispatcher(), &QAbstractEventDispatcher::awake, &context,
                             [&] { trace << "awake"; });
            QObject::connect(dispatcher(), &QAbstractEventDispatcher::aboutToBlock, &context,
                             [&] { trace << "about to block"; });
            Receiver receiver;
            receiver.onTimer = [&](int id) {
                trace << "timer";
                receiver.killTimer(id);
            };
            receiver.onEvent = [&](int event) { trace << number(event); };
            turn();
            trace << "wait";
            receiver.startTimer(1, Qt::PreciseTimer);
            turn(QEventLoop::WaitForMoreEvents);
            trace << "posted";
            receiver.post(1);
            receiver.startTimer(0);
            turn();
        });
        QCOMPARE(seen, Trace({"awake", "wait", "awake", "about to block", "timer", "posted", "awake", "1",
                              "timer"}));
    }

    // A turn must not wait when an event is posted in a slot of aboutToBlock().
    void postedWhenAboutToBlock()
    {
        const Trace seen = observe([](Trace &trace) {
            Receiver receiver;
            receiver.onEvent = [&](int event) { trace << number(event); };
            bool posted = false;
            QObject::connect(dispatcher(), &QAbstractEventDispatcher::aboutToBlock, &receiver, [&] {
                if (!std::exchange(posted, true))
                    receiver.post(1);
            });
            until([&] { return !trace.isEmpty(); });
        });
        QCOMPARE(seen, Trace({"1"}));
    }

    // --- fairness

    void nobodyStarves()
    {
        const Trace seen = observe([](Trace &trace) {
            const std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            int readyForEver = 0;
            int io = 0;
            int zero = 0;
            int timers = 0;
            int posted = 0;
            const Notifier always = notify(ends[0].here, Type::Write, [&] { ++readyForEver; });
            const Notifier once = notify(ends[1].here, Type::Read, [&] {
                ends[1].here.read();
                ++io;
            });
            Receiver receiver;
            const int zeroTimer = receiver.startTimer(0);
            receiver.startTimer(1, Qt::PreciseTimer);
            receiver.onTimer = [&](int id) { ++(id == zeroTimer ? zero : timers); };
            receiver.onEvent = [&](int) {
                ++posted;
                receiver.post(1);
            };
            receiver.post(1);
            for (int i = 0; i < 10; ++i) {
                ends[1].there.write();
                QThread::msleep(2);
                turn(QEventLoop::WaitForMoreEvents);
            }
            for (const int count : {readyForEver, io, zero, timers, posted})
                trace << number(count);
        });
        QCOMPARE(seen, Trace({"10", "10", "10", "10", "10"}));
    }

    // More descriptors are ready than one turn handles.
    void aThousandReadyOnesAllGetTheirTurn()
    {
        const Trace seen = observe([](Trace &trace) {
            std::vector<Descriptor> descriptors;
            std::vector<Notifier> notifiers;
            std::vector<int> told(1000);
            for (std::size_t i = 0; i < told.size(); ++i) {
                descriptors.push_back(eventDescriptor());
                notifiers.push_back(notify(descriptors.back(), Type::Write, [&told, i] { ++told[i]; }));
            }
            for (int i = 0; i < 20; ++i)
                turn();
            const auto [least, most] = std::minmax_element(told.begin(), told.end());
            if (*least == 0 || *most - *least > 1)
                trace << number(*least) << number(*most);
        });
        QCOMPARE(seen, Trace());
    }
};

HOLDLINE_TEST(TestEventNesting)
#include "tst_eventnesting.moc"
