// SPDX-License-Identifier: GPL-3.0-or-later
// Turns of Qt's event loop and of holdline's: posted events, wake-ups and interruptions.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/suite.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QRegularExpression>
#include <QThread>
#include <QTimer>

#include <array>
#include <atomic>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

class TestEventDispatcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    // --- posted events

    void oneTurnHasItsOrder()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            Receiver receiver;
            receiver.onTimer = [&](int) { trace << "timer"; };
            receiver.onEvent = [&](int) { trace << "posted"; };
            const Notifier read = notify(ends.here, Type::Read, [&] {
                trace << "io";
                receiver.post(1);
            });
            receiver.startTimer(0);
            ends.there.write();
            receiver.post(1);
            turn();
            trace << "turn";
            turn();
        });
        QCOMPARE(seen, Trace({"posted", "io", "timer", "turn", "posted", "io", "timer"}));
    }

    void postedEventsKeepTheirOrder()
    {
        const Trace seen = observe([](Trace &trace) {
            Receiver receiver;
            receiver.onEvent = [&](int event) { trace << number(event); };
            receiver.post(1);
            receiver.post(2, Qt::LowEventPriority);
            receiver.post(3, Qt::HighEventPriority);
            receiver.post(4);
            turn();
        });
        QCOMPARE(seen, Trace({"3", "1", "4", "2"}));
    }

    void postedWhileDelivered_data() { waitRows(); }
    void postedWhileDelivered()
    {
        QFETCH(QEventLoop::ProcessEventsFlags, flags);
        // Not tested with Qt's loop: when events are posted within a waiting turn, it delivers them and then
        // waits anyway.
        if (currentLoop() == EventLoop::Qt && flags.testFlag(QEventLoop::WaitForMoreEvents))
            return;
        const Trace seen = observe([&](Trace &trace) {
            Receiver receiver;
            receiver.onEvent = [&](int event) {
                trace << number(event);
                if (event < 3)
                    receiver.post(event + 1);
            };
            receiver.post(1);
            for (int i = 0; i < 3; ++i) {
                turn(flags);
                trace << "turn";
            }
        });
        QCOMPARE(seen, Trace({"1", "turn", "2", "turn", "3", "turn"}));
    }

    // A turn that may wait returns without waiting after it has delivered posted events.
    void aTurnThatDeliveredDoesNotWait()
    {
        const Trace seen = observe([](Trace &trace) {
            Receiver receiver;
            receiver.onEvent = [&](int event) { trace << number(event); };
            for (int i = 0; i < 3; ++i) {
                receiver.post(i);
                trace << (turn(QEventLoop::WaitForMoreEvents) ? "done" : "nothing");
            }
            trace << (turn() ? "done" : "nothing");
        });
        QCOMPARE(seen, Trace({"0", "done", "1", "done", "2", "done", "nothing"}));
    }

    void postedByManyThreads()
    {
        const Trace seen = observe([](Trace &trace) {
            constexpr int kThreads = 8;
            constexpr int kEach = 500;
            Receiver receiver;
            std::array<int, kThreads> last{};
            int told = 0;
            receiver.onEvent = [&](int event) {
                ++told;
                int &before = last[static_cast<std::size_t>(event % kThreads)];
                if (event / kThreads != before++)
                    trace << "out of order";
            };
            std::vector<Thread> threads;
            for (int t = 0; t < kThreads; ++t) {
                threads.push_back(startThread([&receiver, t] {
                    for (int i = 0; i < kEach; ++i)
                        receiver.post(i * kThreads + t);
                }));
            }
            until([&] { return told == kThreads * kEach; });
            for (const Thread &thread : threads)
                thread->wait();
            turn();
            trace << number(told);
        });
        QCOMPARE(seen, Trace({"4000"}));
    }

    void aDeletionWaitsForItsLoop()
    {
        const Trace seen = observe([](Trace &trace) {
            QObject context;
            auto *doomed = new QObject;
            QObject::connect(doomed, &QObject::destroyed, &context, [&] { trace << "deleted"; });
            QEventLoop loop;
            QMetaObject::invokeMethod(
                &context,
                [&] {
                    doomed->deleteLater();
                    QEventLoop inner;
                    QMetaObject::invokeMethod(&inner, &QEventLoop::quit, Qt::QueuedConnection);
                    inner.exec();
                    trace << "inner";
                    QObject::connect(doomed, &QObject::destroyed, &loop, &QEventLoop::quit);
                },
                Qt::QueuedConnection);
            loop.exec();
        });
        QCOMPARE(seen, Trace({"inner", "deleted"}));
    }

    // --- wake-ups

    void wokenBeforeItWaits()
    {
        const Trace seen = observe([](Trace &trace) {
            dispatcher()->wakeUp();
            turn(QEventLoop::WaitForMoreEvents);
            trace << "woken";
        });
        QCOMPARE(seen, Trace({"woken"}));
    }

    void manyWakeUpsAreOne()
    {
        const Trace seen = observe([](Trace &trace) {
            for (int i = 0; i < 1000; ++i)
                dispatcher()->wakeUp();
            trace << (turn() ? "woken" : "nothing") << (turn() ? "woken" : "nothing");
        });
        QCOMPARE(seen, Trace({"woken", "nothing"}));
    }

    void wokenByManyThreads()
    {
        const Trace seen = observe([](Trace &trace) {
            QAbstractEventDispatcher *const own = dispatcher();
            std::atomic<int> woken = 0;
            std::vector<Thread> threads;
            for (int t = 0; t < 8; ++t) {
                threads.push_back(startThread([&] {
                    for (int i = 0; i < 300; ++i) {
                        ++woken;
                        own->wakeUp();
                    }
                }));
            }
            // No wake-up may be lost: the last wake-up comes after the last count.
            while (woken < 2400)
                turn(QEventLoop::WaitForMoreEvents);
            for (const Thread &thread : threads)
                thread->wait();
            turn();
            trace << (turn() ? "woken" : "nothing");
        });
        QCOMPARE(seen, Trace({"nothing"}));
    }

    void wokenWhileAsleep()
    {
        const Trace seen = observe([](Trace &trace) {
            QAbstractEventDispatcher *const own = dispatcher();
            std::atomic<bool> asked = false;
            const Thread thread = whenAsleep([&] {
                asked = true;
                own->wakeUp();
            });
            while (!asked)
                turn(QEventLoop::WaitForMoreEvents);
            trace << "woken";
            thread->wait();
        });
        QCOMPARE(seen, Trace({"woken"}));
    }

    // A wake-up during a turn ends this turn or the next one.
    void wokenWithinATurn()
    {
        const Trace seen = observe([](Trace &trace) {
            Receiver receiver;
            receiver.onTimer = [&](int id) {
                receiver.killTimer(id);
                dispatcher()->wakeUp();
            };
            receiver.startTimer(0);
            turn();
            turn(QEventLoop::WaitForMoreEvents);
            trace << "woken";
        });
        QCOMPARE(seen, Trace({"woken"}));
    }

    // --- interruptions

    void interruptedFromInside()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << "io"; });
            ends.there.write();
            Receiver receiver;
            receiver.onEvent = [&](int event) {
                trace << number(event);
                dispatcher()->interrupt();
            };
            receiver.post(1);
            turn(QEventLoop::WaitForMoreEvents);
            trace << "interrupted";
            turn(QEventLoop::WaitForMoreEvents);
        });
        QCOMPARE(seen, Trace({"1", "interrupted", "io"}));
    }

    void interruptedBeforeItWaits()
    {
        const Trace seen = observe([](Trace &trace) {
            dispatcher()->interrupt();
            turn(QEventLoop::WaitForMoreEvents);
            trace << "interrupted";
        });
        QCOMPARE(seen, Trace({"interrupted"}));
    }

    // An interruption before a turn, or before the turn waits, must not be lost when a wake-up comes at the
    // same time.
    void interruptionsAndWakeUpsDoNotHideEachOther()
    {
        const Trace seen = observe([](Trace &trace) {
            QObject context;
            turn();
            QTimer::singleShot(0, &context, [] { dispatcher()->wakeUp(); });
            turn(QEventLoop::WaitForMoreEvents);
            dispatcher()->interrupt();
            turn(QEventLoop::WaitForMoreEvents);
            turn();
            QTimer::singleShot(0, &context, [] { dispatcher()->interrupt(); });
            turn(QEventLoop::WaitForMoreEvents);
            turn(QEventLoop::WaitForMoreEvents);
            trace << "through";
        });
        QCOMPARE(seen, Trace({"through"}));
    }

    void interruptedByAnotherThread()
    {
        const Trace seen = observe([](Trace &trace) {
            QAbstractEventDispatcher *const own = dispatcher();
            std::atomic<bool> asked = false;
            const Thread thread = whenAsleep([&] {
                asked = true;
                own->interrupt();
            });
            while (!asked)
                turn(QEventLoop::WaitForMoreEvents);
            trace << "interrupted";
            thread->wait();
        });
        QCOMPARE(seen, Trace({"interrupted"}));
    }

    // exec() checks whether to quit, runs a turn, and repeats. Another thread's exit() may come at any point
    // of this loop.
    void aLoopIsEndedByAnotherThreadAtAnyMoment()
    {
        const Trace seen = observe([](Trace &trace) {
            for (int i = 0; i < 300; ++i) {
                QEventLoop loop;
                std::atomic<bool> runs = false;
                QMetaObject::invokeMethod(
                    &loop, [&] { runs = true; }, Qt::QueuedConnection);
                const Thread thread = startThread([&] {
                    while (!runs)
                        QThread::yieldCurrentThread();
                    for (volatile int wait = (i * 37) % 2000; wait > 0;)
                        wait = wait - 1;
                    loop.quit();
                });
                loop.exec();
                thread->wait();
            }
            trace << "ended";
        });
        QCOMPARE(seen, Trace({"ended"}));
    }

    void aThreadQuits()
    {
        const EventLoop loop = currentLoop();
        for (int i = 0; i < 50; ++i) {
            QThread thread;
            if (auto own = makeEventDispatcher(loop))
                thread.setEventDispatcher(own.release());
            thread.start();
            thread.quit();
            QVERIFY(thread.wait(60'000));
        }
    }

private:
    static void waitRows()
    {
        QTest::addColumn<QEventLoop::ProcessEventsFlags>("flags");
        QTest::newRow("all events") << QEventLoop::ProcessEventsFlags(QEventLoop::AllEvents);
        QTest::newRow("wait") << QEventLoop::ProcessEventsFlags(QEventLoop::WaitForMoreEvents);
    }
};

HOLDLINE_TEST(TestEventDispatcher)
#include "tst_eventdispatcher.moc"
