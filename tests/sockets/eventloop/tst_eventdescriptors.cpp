// SPDX-License-Identifier: GPL-3.0-or-later
// Descriptors that are closed, duplicated and reused without the event loop's knowledge, and large numbers of
// descriptors.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/suite.h"

#include "core/eventloop/descriptorlimit.h"

#include <QRegularExpression>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

class TestEventDescriptors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void initTestCase() { raiseDescriptorLimit(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    // Two descriptors are ready. The notifier that is activated first closes the other descriptor and reuses
    // its number.
    void aNumberIsUsedAgainWithinOneTurn()
    {
        const Trace seen = observe([](Trace &trace) {
            std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            std::array<Notifier, 2> old;
            Ends fresh;
            Notifier onFresh;
            for (std::size_t i = 0; i < 2; ++i) {
                old[i] = notify(ends[i].here, Type::Read, [&, i] {
                    trace << "told" << ends[i].here.read();
                    const int number = ends[1 - i].here.get();
                    old[1 - i].reset();
                    ends[1 - i].here.close();
                    fresh = Ends::socketsAt(number);
                    onFresh = notify(fresh.here, Type::Read, [&] { trace << "fresh"; });
                });
                ends[i].there.write();
            }
            turn();
            trace << "turn";
            turn();
            fresh.there.write();
            turn();
        });
        QCOMPARE(seen, Trace({"told", "x", "turn", "fresh"}));
    }

    void aNumberIsUsedAgain_data()
    {
        QTest::addColumn<bool>("closedFirst");
        QTest::addColumn<bool>("turnBetween");
        QTest::addColumn<bool>("same");
        for (const bool closedFirst : {false, true}) {
            for (const bool turnBetween : {false, true}) {
                for (const bool same : {false, true})
                    QTest::addRow("%s%s%s", closedFirst ? "closed first" : "disabled first",
                                  turnBetween ? ", a turn between" : "", same ? ", same notifier" : "")
                        << closedFirst << turnBetween << same;
            }
        }
    }

    // The kernel removes a closed descriptor from epoll by itself. If the event loop still considered the
    // number registered, it would never watch the next descriptor with this number.
    void aNumberIsUsedAgain()
    {
        QFETCH(bool, closedFirst);
        QFETCH(bool, turnBetween);
        QFETCH(bool, same);
        const Trace seen = observe([&](Trace &trace) {
            Ends ends = Ends::sockets();
            const int number = ends.here.get();
            Notifier read = notify(ends.here, Type::Read, [&] { trace << "read"; });
            turn();
            if (closedFirst)
                ends.here.close();
            read->setEnabled(false);
            ends.here.close();
            if (turnBetween)
                turn();
            const Ends fresh = Ends::socketsAt(number);
            if (same) {
                read->setEnabled(true);
            } else {
                read.reset();
                read = notify(fresh.here, Type::Read, [&] { trace << "fresh"; });
            }
            turn();
            trace << "written";
            fresh.there.write();
            turn();
        });
        QCOMPARE(seen, Trace({"written", same ? "read" : "fresh"}));
    }

    // As above, but the new notifier is created while the old notifier still exists.
    void aNumberIsUsedAgainBeforeItsNotifierGoes()
    {
        // Qt's loop warns for the new notifier and for the old notifier.
        for (int i = 0; i < (currentLoop() == EventLoop::Qt ? 2 : 1); ++i)
            QTest::ignoreMessage(
                QtWarningMsg,
                QRegularExpression(u"^(.*: Multiple socket notifiers|More than one socket notifier) "_s));
        const Trace seen = observe([](Trace &trace) {
            Ends ends = Ends::sockets();
            const int number = ends.here.get();
            Notifier old = notify(ends.here, Type::Read, [&] { trace << "old"; });
            turn();
            ends.here.close();
            const Ends fresh = Ends::socketsAt(number);
            const Notifier read = notify(fresh.here, Type::Read, [&] { trace << "fresh"; });
            old.reset();
            turn();
            trace << "written";
            fresh.there.write();
            turn();
        });
        QCOMPARE(seen, Trace({"written", "fresh"}));
    }

    // epoll watches the open file, not the descriptor number. While a duplicate exists, closing the number
    // does not remove the file from epoll. After that there is no number left with which it could be removed.
    void aCopyOfAClosedDescriptorIsLeft_data()
    {
        QTest::addColumn<bool>("reused");
        QTest::newRow("number free") << false;
        QTest::newRow("number used again") << true;
    }
    void aCopyOfAClosedDescriptorIsLeft()
    {
        QFETCH(bool, reused);
        const Trace seen = observe([&](Trace &trace) {
            Ends ends = Ends::sockets();
            const Ends others = Ends::sockets();
            const int number = ends.here.get();
            const Descriptor copy(::fcntl(number, F_DUPFD_CLOEXEC, number + 100));
            const Notifier onOthers =
                notify(others.here, Type::Read, [&] { trace << "others" << others.here.read(); });
            Notifier read = notify(ends.here, Type::Read, [&] { trace << "old"; });
            turn();
            ends.here.close();
            read.reset();
            Ends fresh;
            if (reused) {
                fresh = Ends::socketsAt(number);
                read = notify(fresh.here, Type::Read, [&] { trace << "fresh" << fresh.here.read(); });
            }
            ends.there.write();
            turn();
            const int turns = wakeUpsWithin(100ms);
            if (turns > 20)
                trace << "turns: " + QByteArray::number(turns);
            // All other descriptors are still watched.
            others.there.write();
            turn();
            if (reused) {
                fresh.there.write();
                turn();
            }
        });
        Trace expected{"others", "x"};
        if (reused)
            expected << "fresh"
                     << "x";
        QCOMPARE(seen, expected);
    }

    // A duplicate is left, and a notifier is replaced. The loop must not confuse events of the old and the
    // new file.
    void aCopyIsLeftWhenANotifierIsReplaced()
    {
        for (int i = 0; i < (currentLoop() == EventLoop::Qt ? 2 : 1); ++i)
            QTest::ignoreMessage(
                QtWarningMsg,
                QRegularExpression(u"^(.*: Multiple socket notifiers|More than one socket notifier) "_s));
        const Trace seen = observe([](Trace &trace) {
            Ends ends = Ends::sockets();
            const int number = ends.here.get();
            const Descriptor copy(::fcntl(number, F_DUPFD_CLOEXEC, number + 100));
            Notifier old = notify(ends.here, Type::Read, [&] { trace << "old"; });
            turn();
            ends.here.close();
            const Ends fresh = Ends::socketsAt(number);
            const Notifier read =
                notify(fresh.here, Type::Read, [&] { trace << "fresh" << fresh.here.read(); });
            old.reset();
            ends.there.write();
            turn();
            turn();
            trace << "written";
            fresh.there.write();
            turn();
        });
        QCOMPARE(seen, Trace({"written", "fresh", "x"}));
    }

    void copiesAreDescriptorsOfTheirOwn()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            Descriptor copy(::fcntl(ends.here.get(), F_DUPFD_CLOEXEC, 0));
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << "read"; });
            Notifier onCopy = notify(copy, Type::Read, [&] { trace << "copy"; });
            ends.there.write();
            turn();
            std::sort(trace.begin(), trace.end());
            onCopy.reset();
            copy.close();
            turn();
        });
        QCOMPARE(seen, Trace({"copy", "read", "read"}));
    }

    // A descriptor is closed by mistake while its notifier is enabled. Qt's loop warns and disables the
    // notifier. holdline's loop does not notice, but must not spin.
    void aDescriptorIsClosedUnderAnEnabledNotifier()
    {
        if (currentLoop() == EventLoop::Qt)
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"Invalid socket"_s));
        const Trace seen = observe([](Trace &trace) {
            Ends ends = Ends::sockets();
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << "read"; });
            turn();
            ends.here.close();
            turn();
            if (wakeUpsWithin(50ms) > 10)
                trace << "spins";
        });
        QCOMPARE(seen, Trace());
    }

    void idleDescriptorsWakeNobody()
    {
        const Trace seen = observe([](Trace &trace) {
            std::vector<Descriptor> idle;
            std::vector<Notifier> notifiers;
            for (int i = 0; i < 1000; ++i) {
                idle.push_back(eventDescriptor());
                notifiers.push_back(notify(idle.back(), Type::Read, [&] { trace << "told"; }));
            }
            turn();
            const int turns = wakeUpsWithin(200ms);
            if (turns > 10)
                trace << "turns: " + QByteArray::number(turns);
        });
        QCOMPARE(seen, Trace());
    }

    void oneActiveAmongManyIdle()
    {
        const Trace seen = observe([](Trace &trace) {
            std::vector<Descriptor> idle;
            std::vector<Notifier> notifiers;
            for (int i = 0; i < 5000; ++i) {
                idle.push_back(eventDescriptor());
                notifiers.push_back(notify(idle.back(), Type::Read, [&] { trace << "idle"; }));
            }
            const Ends active = Ends::sockets();
            const Notifier read = notify(active.here, Type::Read, [&] { trace << active.here.read(); });
            turn();
            for (const char *word : {"a", "b", "c"}) {
                active.there.write(word);
                turn();
                turn();
            }
            notifiers.clear();
            active.there.write("d");
            turn();
        });
        QCOMPARE(seen, Trace({"a", "b", "c", "d"}));
    }
};

HOLDLINE_TEST(TestEventDescriptors)
#include "tst_eventdescriptors.moc"
