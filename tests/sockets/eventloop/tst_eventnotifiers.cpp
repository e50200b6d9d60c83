// SPDX-License-Identifier: GPL-3.0-or-later
// Socket notifiers on Qt's event loop and on holdline's: which notifier is activated, and how often.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/suite.h"

#include <QAbstractEventDispatcher>
#include <QRegularExpression>

#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

namespace {

constexpr std::array kTypes{Type::Read, Type::Write, Type::Exception};

QByteArray name(Type type)
{
    return type == Type::Read ? "read" : type == Type::Write ? "write" : "exception";
}

/// Creates one notifier of each type. Each one records its type's name when it is activated.
std::vector<Notifier> notifyOfAll(const Descriptor &descriptor, Trace &trace)
{
    std::vector<Notifier> all;
    for (const Type type : kTypes)
        all.push_back(notify(descriptor, type, [&trace, type] { trace << name(type); }));
    return all;
}

/// A way in which a connection or pipe can end.
struct Ended
{
    const char *name;
    std::function<Ends()> make;
};

const std::vector<Ended> &endings()
{
    static const std::vector<Ended> all{
        {"socket hung up",
         [] {
             Ends ends = Ends::sockets();
             ends.there.close();
             return ends;
         }},
        {"pipe without writer",
         [] {
             Ends ends = Ends::pipe();
             ends.there.close();
             return ends;
         }},
        {"pipe without reader",
         [] {
             Ends ends = Ends::pipe();
             std::swap(ends.here, ends.there);
             ends.there.close();
             return ends;
         }},
        {"connection reset",
         [] {
             Ends ends = Ends::tcp();
             const linger hard{1, 0};
             ::setsockopt(ends.there.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
             ends.there.close();
             return ends;
         }},
    };
    return all;
}

}  // namespace

class TestEventNotifiers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void unreadDataIsToldAgain()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier read = notify(ends.here, Type::Read, [&] { trace << "read"; });
            turn();
            trace << "written";
            ends.there.write();
            turn();
            turn();
            trace << ends.here.read();
            turn();
            ends.there.write("y");
            turn();
        });
        QCOMPARE(seen, Trace({"written", "read", "read", "x", "read"}));
    }

    void roomToWriteIsToldAsLongAsThereIsSome()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier write = notify(ends.here, Type::Write, [&] { trace << "write"; });
            turn();
            turn();
            ends.here.fill();
            trace << "full";
            turn();
            ends.there.read();
            trace << "drained";
            turn();
        });
        QCOMPARE(seen, Trace({"write", "write", "full", "drained", "write"}));
    }

    void allThreeOnOneDescriptor()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::tcp();
            const auto all = notifyOfAll(ends.here, trace);
            turn();
            ends.there.write("a");
            until([&] { return trace.contains("read"); });
            trace.clear();
            ::send(ends.there.get(), "!", 1, MSG_OOB);
            until([&] { return trace.contains("exception"); });
            trace.clear();
            turn();
            trace << "only write";
            all[0]->setEnabled(false);
            all[2]->setEnabled(false);
            turn();
            trace << "only exception";
            all[1]->setEnabled(false);
            all[2]->setEnabled(true);
            turn();
            trace << "none";
            all[2]->setEnabled(false);
            turn();
            trace << "only read";
            all[0]->setEnabled(true);
            turn();
            trace << "read and write";
            all[1]->setEnabled(true);
            turn();
        });
        QCOMPARE(seen, Trace({"read", "write", "exception", "only write", "write", "only exception",
                              "exception", "none", "only read", "read", "read and write", "read", "write"}));
    }

    void theEndWakesEveryType_data()
    {
        QTest::addColumn<int>("ending");
        QTest::addColumn<Type>("type");
        for (std::size_t i = 0; i < endings().size(); ++i) {
            for (const Type type : kTypes)
                QTest::addRow("%s, %s", endings()[i].name, name(type).constData())
                    << static_cast<int>(i) << type;
        }
    }

    void theEndWakesEveryType()
    {
        QFETCH(int, ending);
        QFETCH(Type, type);
        const Trace seen = observe([&](Trace &trace) {
            const Ends ends = endings()[static_cast<std::size_t>(ending)].make();
            const Notifier only = notify(ends.here, type, [&] { trace << "told"; });
            if (!until([&] { return !trace.isEmpty(); }))
                trace << "never told";
            turn();
            only->setEnabled(false);
            turn();
        });
        QCOMPARE(seen, Trace({"told", "told"}));
    }

    void theEndWakesAllThree()
    {
        const Trace seen = observe([&](Trace &trace) {
            Ends ends = Ends::sockets();
            const auto all = notifyOfAll(ends.here, trace);
            all[1]->setEnabled(false);
            turn();
            ends.there.close();
            turn();
            all[1]->setEnabled(true);
            turn();
        });
        QCOMPARE(seen, Trace({"read", "exception", "read", "write", "exception"}));
    }

    // The kernel reports the end of a connection even when no event was requested. The loop must not spin
    // then.
    void anEndNobodyListensForCostsNothing_data() { endingRows(); }
    void anEndNobodyListensForCostsNothing()
    {
        QFETCH(int, ending);
        const Trace seen = observe([&](Trace &trace) {
            const Ends ends = endings()[static_cast<std::size_t>(ending)].make();
            const auto all = notifyOfAll(ends.here, trace);
            until([&] { return !trace.isEmpty(); });
            for (const Notifier &notifier : all)
                notifier->setEnabled(false);
            trace.clear();
            const int turns = wakeUpsWithin(100ms);
            if (turns > 10)
                trace << "turns: " + QByteArray::number(turns);
        });
        QCOMPARE(seen, Trace());
    }

    void descriptorsThatAreNoSockets()
    {
        const Trace seen = observe([](Trace &trace) {
            const Descriptor event = eventDescriptor();
            const Notifier onEvent = notify(event, Type::Read, [&] { trace << "event"; });
            turn();
            const quint64 one = 1;
            trace << "event set";
            [[maybe_unused]] const auto written = ::write(event.get(), &one, sizeof one);
            turn();
            event.read();
            turn();

            const Ends pipe = Ends::pipe();
            const Notifier onPipe = notify(pipe.here, Type::Read, [&] { trace << "pipe"; });
            const Notifier onPipeEnd = notify(pipe.there, Type::Write, [&] { trace << "room"; });
            turn();
            onPipeEnd->setEnabled(false);
            pipe.there.write();
            turn();
            pipe.here.read();

            const Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
            const itimerspec soon{{0, 0}, {0, 1'000'000}};
            ::timerfd_settime(timer.get(), 0, &soon, nullptr);
            const Notifier onTimer = notify(timer, Type::Read, [&] {
                trace << "timer";
                timer.read();
            });
            until([&] { return trace.last() == "timer"; });
            turn();
        });
        QCOMPARE(seen, Trace({"event set", "event", "room", "pipe", "timer"}));
    }

    // epoll rejects regular files (EPERM). poll always reports them as ready.
    void filesAreAlwaysReady_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::newRow("file") << QByteArray(HOLDLINE_TEST_DATA "/proof-2017.txt");
        QTest::newRow("/dev/null") << QByteArray("/dev/null");
    }

    void filesAreAlwaysReady()
    {
        QFETCH(QByteArray, path);
        const Trace seen = observe([&](Trace &trace) {
            const Descriptor file = openFile(path.constData());
            const auto all = notifyOfAll(file, trace);
            turn();
            turn(QEventLoop::WaitForMoreEvents);  // does not wait
            all[1]->setEnabled(false);
            trace << "only read";
            turn(QEventLoop::WaitForMoreEvents);
            trace << "excluded";
            turn(QEventLoop::ExcludeSocketNotifiers);
            all[0]->setEnabled(false);
            trace << "none";
            turn();
            if (wakeUpsWithin(50ms) > 10)
                trace << "spins";
            all[0]->setEnabled(true);
            trace << "again";
            turn();
        });
        QCOMPARE(seen, Trace({"read", "write", "read", "write", "only read", "read", "excluded", "none",
                              "again", "read"}));
    }

    void aBadDescriptorIsDisabled()
    {
        // Qt's loop warns for each notifier, holdline's loop warns once for the descriptor.
        for (int i = 0; i < (currentLoop() == EventLoop::Qt ? 2 : 1); ++i)
            QTest::ignoreMessage(
                QtWarningMsg,
                QRegularExpression(
                    u"^(QSocketNotifier: Invalid socket \\d+ with type|Socket notifiers of descriptor \\d+ are off)"_s));
        const Trace seen = observe([](Trace &trace) {
            Descriptor event = eventDescriptor();
            const int number = event.get();
            event.close();
            const Notifier read = notify(number, Type::Read, [&] { trace << "read"; });
            const Notifier write = notify(number, Type::Write, [&] { trace << "write"; });
            turn();
            trace << (read->isEnabled() || write->isEnabled() ? "enabled" : "disabled");
            if (wakeUpsWithin(50ms) > 10)
                trace << "spins";
            // Afterwards the descriptor number can be used again.
            const Ends ends = Ends::socketsAt(number);
            read->setEnabled(true);
            ends.there.write();
            turn();
        });
        QCOMPARE(seen, Trace({"disabled", "read"}));
    }

    // Two notifiers are ready. The one that is activated first deletes or disables the other.
    void theOtherIsDeletedOrDisabledWhileDelivered_data()
    {
        QTest::addColumn<bool>("deleted");
        QTest::newRow("deleted") << true;
        QTest::newRow("disabled") << false;
    }
    void theOtherIsDeletedOrDisabledWhileDelivered()
    {
        QFETCH(bool, deleted);
        const Trace seen = observe([&](Trace &trace) {
            const std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            std::array<Notifier, 2> both;
            for (std::size_t i = 0; i < 2; ++i) {
                both[i] = notify(ends[i].here, Type::Read, [&, i] {
                    trace << "told";
                    if (deleted)
                        both[1 - i].reset();
                    else
                        both[1 - i]->setEnabled(false);
                });
                ends[i].there.write();
            }
            turn();
        });
        QCOMPARE(seen, Trace({"told"}));
    }

    void aSiblingIsDeletedOrDisabledWhileDelivered_data()
    {
        theOtherIsDeletedOrDisabledWhileDelivered_data();
    }
    void aSiblingIsDeletedOrDisabledWhileDelivered()
    {
        QFETCH(bool, deleted);
        const Trace seen = observe([&](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier write = notify(ends.here, Type::Write, [&] { trace << "write"; });
            Notifier other;
            const Notifier read = notify(ends.here, Type::Read, [&] {
                trace << "read";
                if (deleted)
                    other.reset();
                else
                    other->setEnabled(false);
                write->setEnabled(false);
            });
            other = notify(ends.here, Type::Exception, [&] { trace << "exception"; });
            ends.there.write();
            turn();
            turn();
        });
        QCOMPARE(seen, Trace({"read", "read"}));
    }

    void oneDeletesItself()
    {
        const Trace seen = observe([&](Trace &trace) {
            const Ends ends = Ends::sockets();
            Notifier read;
            const Notifier write = notify(ends.here, Type::Write, [&] { trace << "write"; });
            read = notify(ends.here, Type::Read, [&] {
                trace << "read";
                read.reset();
            });
            ends.there.write();
            turn();
            turn();
        });
        QCOMPARE(seen, Trace({"read", "write", "write"}));
    }

    void oneIsDisabledAndEnabledInItsOwnSlot()
    {
        const Trace seen = observe([&](Trace &trace) {
            const Ends ends = Ends::sockets();
            Notifier read;
            read = notify(ends.here, Type::Read, [&] {
                trace << "read";
                read->setEnabled(false);
                read->setEnabled(true);
            });
            ends.there.write();
            for (int i = 0; i < 3; ++i) {
                turn();
                trace << "turn";
            }
        });
        QCOMPARE(seen, Trace({"read", "turn", "read", "turn", "read", "turn"}));
    }

    // A notifier that is enabled while others are activated is not activated before the next turn.
    void oneIsEnabledWhileAnotherIsTold()
    {
        const Trace seen = observe([&](Trace &trace) {
            const std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            const Notifier late = notify(ends[1].here, Type::Read, [&] { trace << "late"; });
            late->setEnabled(false);
            const Notifier first = notify(ends[0].here, Type::Read, [&] {
                trace << "first" << ends[0].here.read();
                late->setEnabled(true);
            });
            ends[0].there.write();
            ends[1].there.write();
            turn();
            trace << "turn";
            turn();
        });
        QCOMPARE(seen, Trace({"first", "x", "turn", "late"}));
    }

    // A pending notifier that is disabled and enabled again is activated in the next turn, not in this one.
    void aPendingOneIsDisabledAndEnabled()
    {
        const Trace seen = observe([&](Trace &trace) {
            const Ends ends = Ends::sockets();
            const Notifier write = notify(ends.here, Type::Write, [&] { trace << "write"; });
            const Notifier read = notify(ends.here, Type::Read, [&] {
                trace << "read";
                write->setEnabled(false);
                write->setEnabled(true);
            });
            ends.there.write();
            turn();
            trace << "turn";
            ends.here.read();
            turn();
        });
        QCOMPARE(seen, Trace({"read", "turn", "write"}));
    }

    void theLastOfAThreadGoes()
    {
        const Trace seen = observe([](Trace &trace) {
            const Ends ends = Ends::sockets();
            Notifier read = notify(ends.here, Type::Read, [&] { trace << "read"; });
            turn();
            read.reset();
            ends.there.write();
            turn();
            if (wakeUpsWithin(50ms) > 10)
                trace << "spins";
        });
        QCOMPARE(seen, Trace());
    }

    void oneMovesToAnotherDescriptor()
    {
        const Trace seen = observe([](Trace &trace) {
            const std::array<Ends, 2> ends{Ends::sockets(), Ends::sockets()};
            const Notifier read = notify(ends[0].here, Type::Read, [&] { trace << "read"; });
            turn();
            read->setSocket(ends[1].here.get());
            ends[0].there.write();
            turn();
            read->setEnabled(true);
            turn();
            trace << "written";
            ends[1].there.write();
            turn();
        });
        QCOMPARE(seen, Trace({"written", "read"}));
    }

private:
    static void endingRows()
    {
        QTest::addColumn<int>("ending");
        for (std::size_t i = 0; i < endings().size(); ++i)
            QTest::newRow(endings()[i].name) << static_cast<int>(i);
    }
};

HOLDLINE_TEST(TestEventNotifiers)
#include "tst_eventnotifiers.moc"
