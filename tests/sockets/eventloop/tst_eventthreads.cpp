// SPDX-License-Identifier: GPL-3.0-or-later
// Two threads with an event loop each share the descriptor numbers: a number that one thread closes may be
// reused by the other thread at once.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/suite.h"

#include "core/eventloop/descriptorlimit.h"

#include <QAbstractEventDispatcher>
#include <QRegularExpression>
#include <QSemaphore>
#include <QThread>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <set>
#include <thread>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

namespace {

/// A second thread with the event loop of the data row. run() executes a function there while the caller
/// waits.
class Neighbour
{
public:
    explicit Neighbour(EventLoop loop)
    {
        if (auto own = makeEventDispatcher(loop))
            m_thread.setEventDispatcher(own.release());
        m_receiver.moveToThread(&m_thread);
        m_thread.start();
        // After this call the other thread's event loop has opened its descriptors.
        run([] {});
    }
    ~Neighbour()
    {
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(Neighbour)

    void run(const std::function<void()> &what)
    {
        QMetaObject::invokeMethod(&m_receiver, what, Qt::BlockingQueuedConnection);
    }

private:
    QThread m_thread;
    QObject m_receiver;
};

}  // namespace

class TestEventThreads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void initTestCase() { raiseDescriptorLimit(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void aNumberGoesToAnotherThreadWithinOneTurn_data()
    {
        QTest::addColumn<bool>("closedFirst");
        QTest::addColumn<bool>("copyLeft");
        QTest::newRow("notifier deleted, then closed") << false << false;
        QTest::newRow("closed, taken, then notifier deleted") << true << false;
        QTest::newRow("notifier deleted, then closed, with a copy left") << false << true;
        QTest::newRow("closed, taken, then notifier deleted, with a copy left") << true << true;
    }

    // Two descriptors are ready. The notifier that is activated first closes the other descriptor. The second
    // thread reuses the number and watches it before the turn continues.
    void aNumberGoesToAnotherThreadWithinOneTurn()
    {
        QFETCH(bool, closedFirst);
        QFETCH(bool, copyLeft);
        const EventLoop loop = currentLoop();
        const Trace seen = observe([&](Trace &trace) {
            Neighbour neighbour(loop);
            std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            std::array<Notifier, 2> old;
            Descriptor copy;
            Ends theirs;
            Notifier onTheirs;
            QSemaphore told;
            for (std::size_t i = 0; i < 2; ++i) {
                old[i] = notify(ends[i].here, Type::Read, [&, i] {
                    trace << "told" << ends[i].here.read();
                    const int number = ends[1 - i].here.get();
                    if (copyLeft)
                        copy = Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, number + 100));
                    if (!closedFirst)
                        old[1 - i].reset();
                    ends[1 - i].here.close();
                    neighbour.run([&] {
                        theirs = Ends::socketsAt(number);
                        onTheirs = notify(theirs.here, Type::Read, [&] {
                            if (theirs.here.read() == "for them")
                                told.release();
                        });
                    });
                    old[1 - i].reset();
                });
                ends[i].there.write();
            }
            turn();
            trace << "turn";
            turn();
            // The second thread still watches its descriptor, and the first thread does not.
            theirs.there.write("for them");
            trace << (told.tryAcquire(1, 60'000) ? "they were told" : "they were not told");
            turn();
            const int turns = wakeUpsWithin(50ms);
            if (turns > 20)
                trace << "turns: " + QByteArray::number(turns);
            neighbour.run([&] { onTheirs.reset(); });
        });
        QCOMPARE(seen, Trace({"told", "x", "turn", "they were told"}));
    }

    // The second thread has no event loop. Its descriptors must not affect the loop of the first thread.
    void numbersAreTakenAllTheTime()
    {
        const Trace seen = observe([](Trace &trace) {
            constexpr int kRounds = 2000;
            std::atomic<bool> isOver = false;
            std::atomic<int> taken = 0;
            std::set<int> theirNumbers;
            std::thread thief([&] {
                // Opens a new pair before it closes an old pair, so that the lowest numbers are used in turn.
                std::array<Ends, 3> held;
                while (!isOver) {
                    Ends &ends = held[static_cast<std::size_t>(++taken % 3)];
                    ends = Ends::sockets();
                    ends.there.write("theirs");
                    theirNumbers.insert(ends.here.get());
                    std::this_thread::yield();
                    if (ends.here.read() != "theirs")
                        qFatal("somebody has read what was not theirs");
                }
            });
            std::set<int> ourNumbers;
            constexpr int kPlaces = 4;
            std::array<Ends, kPlaces> ends;
            std::array<Notifier, kPlaces> notifiers;
            int told = 0;
            const auto open = [&](std::size_t i) {
                ends[i] = Ends::sockets();
                ourNumbers.insert(ends[i].here.get());
                notifiers[i] = notify(ends[i].here, Type::Read, [&, i] {
                    if (const QByteArray got = ends[i].here.read(); got != "ours")
                        trace << "told of " + got;
                    ++told;
                    // Closes the next pair, which is opened again later. Every other time its number is free
                    // for a moment while a notifier still exists.
                    const std::size_t next = (i + 1) % kPlaces;
                    if (told % 2 == 0)
                        notifiers[next].reset();
                    ends[next].there.close();
                    ends[next].here.close();
                    if (told % 8 < 2) {
                        for (const int before = taken; taken < before + 3;)
                            std::this_thread::yield();
                    }
                    notifiers[next].reset();
                });
                ends[i].there.write("ours");
            };
            for (int round = 0; round < kRounds; ++round) {
                const auto at = static_cast<std::size_t>(round % kPlaces);
                notifiers[at].reset();
                open(at);
                const int before = told;
                turn();
                if (told == before)
                    trace << "not told in round " + QByteArray::number(round);
            }
            isOver = true;
            thief.join();
            std::set<int> both;
            std::set_intersection(ourNumbers.begin(), ourNumbers.end(), theirNumbers.begin(),
                                  theirNumbers.end(), std::inserter(both, both.end()));
            trace << (both.empty() ? "no number had two owners" : "done");
        });
        QCOMPARE(seen, Trace({"done"}));
    }

    // Two event loops, each of which opens, watches and closes descriptors.
    void twoLoopsShareTheNumbers()
    {
        const EventLoop loop = currentLoop();
        const auto play = [](const char *word, std::atomic<int> &behind, const std::atomic<int> &ahead) {
            return [word, &behind, &ahead](Trace &trace) {
                constexpr int kRounds = 1000;
                int told = 0;
                for (int round = 0; round < kRounds; ++round) {
                    Ends ends = Ends::sockets();
                    Notifier read = notify(ends.here, Type::Read, [&] {
                        if (ends.here.read() != word)
                            trace << "told of somebody else's";
                        ++told;
                        read->setEnabled(false);
                        ends.here.close();
                    });
                    ends.there.write(word);
                    turn();
                    ++behind;
                    // Keeps the two threads close together.
                    while (ahead < round - 5)
                        std::this_thread::yield();
                }
                trace << QByteArray::number(told);
            };
        };
        std::atomic<int> mine = 0;
        std::atomic<int> theirs = 0;
        Trace theirTrace;
        std::thread other([&] { theirTrace = observe(loop, play("theirs", theirs, mine)); });
        const Trace seen = observe(loop, play("mine", mine, theirs));
        other.join();
        QCOMPARE(seen, Trace({"1000"}));
        QCOMPARE(theirTrace, Trace({"1000"}));
    }
};

HOLDLINE_TEST(TestEventThreads)
#include "tst_eventthreads.moc"
