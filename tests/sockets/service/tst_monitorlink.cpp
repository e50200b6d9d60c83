// SPDX-License-Identifier: GPL-3.0-or-later
// One observer's connection over a pair of sockets. The server is a fake.
#include "service/holdline/monitorfeed/monitorlink.h"
#include "service/holdline/monitorfeed/updatesplitter.h"
#include "tests/support/suite.h"
#include "tests/support/watchedstate.h"

#include <QTest>

#include <memory>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

JobRow job(int number)
{
    JobRow row;
    row.id = QByteArray::number(number).rightJustified(32, '0');
    row.account = QByteArray(200, 'a');
    row.order = number;
    return row;
}

class Owner final : public MonitorLinkOwner
{
public:
    explicit Owner(const QString &refusal = {})
    {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
            qFatal("no sockets");
        peer = pair[1];
        const Hello hello{kProtocolVersion, "1.2.3", 77};
        link = refusal.isEmpty() ? std::make_unique<MonitorLink>(*this, pair[0], hello)
                                 : std::make_unique<MonitorLink>(*this, pair[0], hello, refusal);
    }
    ~Owner()
    {
        if (peer >= 0)
            ::close(peer);
    }

    const MonitorMirror &mirror() const override { return m_mirror; }
    Update opening() const override
    {
        Update update;
        update.service.emplace();
        update.sample.emplace();
        return update;
    }
    void commanded(MonitorLink &, const Command &command) override { commands.push_back(command); }
    void caughtUp(MonitorLink &) override
    {
        ++caughtUps;
        if (resumesAtOnce)
            link->resume();
    }
    void linkClosed(MonitorLink &) override { closed = true; }

    void change(FeedBatch &&batch)
    {
        m_mirror.apply(0, batch);
        std::vector<QByteArray> frames;
        for (const Update &update : split(std::move(batch), {}))
            frames.push_back(encodeUnnumbered(update));
        link->deliver(frames);
    }
    /// Adds `count` live jobs, numbered from `first`.
    void addJobs(int first, int count)
    {
        FeedBatch batch;
        for (int i = 0; i < count; ++i)
            batch.jobs.push_back(job(first + i));
        change(std::move(batch));
    }

    /// Reads everything that is available.
    void read()
    {
        std::vector<char> bytes(64 * 1024);
        while (true) {
            const ssize_t got = ::recv(peer, bytes.data(), bytes.size(), 0);
            if (got <= 0) {
                finished = finished || got == 0;
                break;
            }
            m_input.append(bytes.data(), got);
        }
        qsizetype from = 0;
        for (qsizetype end = m_input.indexOf('\n'); end >= 0; end = m_input.indexOf('\n', from)) {
            const auto decoded = decode(QByteArrayView(m_input).sliced(from, end - from));
            from = end + 1;
            const auto *message = std::get_if<Message>(&decoded);
            if (!message)
                qFatal("%s", qPrintable(std::get<QString>(decoded)));
            if (const auto *update = std::get_if<Update>(message))
                state.apply(*update);
            else if (const auto *reply = std::get_if<Reply>(message))
                replies.push_back(*reply);
            else
                ++hellos;
        }
        m_input.remove(0, from);
    }
    void write(const QByteArray &bytes) const
    {
        QCOMPARE(::send(peer, bytes.constData(), static_cast<std::size_t>(bytes.size()), 0), bytes.size());
    }

    std::unique_ptr<MonitorLink> link;
    int peer = -1;
    bool closed = false;
    bool resumesAtOnce = true;
    int caughtUps = 0;
    bool finished = false;
    int hellos = 0;
    std::vector<Command> commands;
    std::vector<Reply> replies;
    WatchedState state;

private:
    MonitorMirror m_mirror;
    QByteArray m_input;
};

QByteArray lines(const QByteArray &line, int count)
{
    QByteArray all;
    for (int i = 0; i < count; ++i)
        all += line;
    return all;
}

}  // namespace

class TestMonitorLink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysHelloThenASnapshotThenDeltas();
    void saysNoMoreThanHelloBeforeItBegins();
    void bigSnapshotsFollowTheReader();
    void slowReadersAreBoundedAndCatchUp();
    void resumesWhenItMay();
    void takesNothing();
    void muchAtOnceIsNotSlow();
    void tooMuchAtOnceIs();
    void asksForASnapshot();
    void takesCommands();
    void answersNonsense_data();
    void answersNonsense();
    void endsAfterALineThatIsTooLong_data();
    void endsAfterALineThatIsTooLong();
    void leavesCommandsUnreadBeyondALimit();
    void answersLargeOnesOneByOne();
    void servesOneThatShutsDownItsSendingSide();
    void seesOneThatCloses();
    void tellsWhyItRefuses();
    void closesARefusedOneThatDoesNotRead();
};

void TestMonitorLink::saysHelloThenASnapshotThenDeltas()
{
    Owner owner;
    owner.addJobs(1, 3);
    owner.link->begin();
    owner.addJobs(4, 2);
    owner.read();
    QCOMPARE(owner.hellos, 1);
    QCOMPARE(owner.state.seq, 2u);
    QCOMPARE(owner.state.reason, SnapshotReason::Attached);
    QVERIFY(owner.state.complete);
    QVERIFY(owner.state.service);
    QCOMPARE(owner.state.live.size(), 5u);
    QVERIFY2(owner.state.problem.isEmpty(), qPrintable(owner.state.problem));
    // A second begin() has no effect.
    owner.link->begin();
    owner.read();
    QCOMPARE(owner.state.seq, 2u);
}

void TestMonitorLink::saysNoMoreThanHelloBeforeItBegins()
{
    Owner owner;
    owner.addJobs(1, 3);
    owner.link->sendSnapshot(SnapshotReason::Asked);
    owner.read();
    QCOMPARE(owner.hellos, 1);
    QCOMPARE(owner.state.seq, 0u);
}

void TestMonitorLink::bigSnapshotsFollowTheReader()
{
    constexpr int kJobs = 20'000;
    Owner owner;
    owner.addJobs(1, kJobs);
    owner.link->begin();
    // The unsent bytes stay below the low-water mark plus one part, although the snapshot has many MiB.
    QVERIFY(owner.link->unsentBytes() <= MonitorLink::kLowWater + kMaxFrameBytes / 4);
    QVERIFY(!owner.link->isLagging());
    const auto allThere = [&owner] {
        owner.read();
        return owner.state.complete;
    };
    QTRY_VERIFY_WITH_TIMEOUT(allThere(), 60'000);
    QCOMPARE(owner.state.live.size(), static_cast<std::size_t>(kJobs));
    QCOMPARE(owner.state.snapshots, 1);
    QVERIFY2(owner.state.problem.isEmpty(), qPrintable(owner.state.problem));
}

void TestMonitorLink::slowReadersAreBoundedAndCatchUp()
{
    Owner owner;
    owner.link->begin();
    int number = 0;
    qint64 most = 0;
    for (int tick = 0; tick < 60; ++tick) {
        owner.addJobs(number, 250);
        number += 250;
        most = std::max(most, owner.link->unsentBytes());
    }
    QVERIFY(owner.link->isLagging());
    QVERIFY(most > MonitorLink::kMaxUnsent);
    QVERIFY(most <= MonitorLink::kMaxUnsent + kMaxFrameBytes);
    QCOMPARE(owner.link->unsentBytes(), most);

    const auto caughtUp = [&] {
        owner.read();
        return owner.state.snapshots == 2 && owner.state.complete;
    };
    QTRY_VERIFY_WITH_TIMEOUT(caughtUp(), 60'000);
    QCOMPARE(owner.state.reason, SnapshotReason::Lagged);
    QCOMPARE(owner.state.live.size(), static_cast<std::size_t>(number));
    QVERIFY(!owner.link->isLagging());
    owner.addJobs(number, 1);
    owner.read();
    QCOMPARE(owner.state.live.size(), static_cast<std::size_t>(number + 1));
    QVERIFY2(owner.state.problem.isEmpty(), qPrintable(owner.state.problem));
}

/// A link that waits for resume() sends nothing until then, and everything afterwards.
void TestMonitorLink::resumesWhenItMay()
{
    Owner owner;
    owner.resumesAtOnce = false;
    owner.link->begin();
    for (int tick = 0; tick < 60; ++tick)
        owner.addJobs(250 * tick, 250);
    QVERIFY(owner.link->isLagging());
    owner.link->resume();  // resumed too early
    QVERIFY(owner.link->isLagging());
    const auto drained = [&] {
        owner.read();
        return owner.caughtUps == 1;
    };
    QTRY_VERIFY_WITH_TIMEOUT(drained(), 60'000);
    const auto updates = owner.state.seq;
    owner.addJobs(100'000, 10);
    owner.link->sendSnapshot(SnapshotReason::Asked);
    owner.read();
    QCOMPARE(owner.state.seq, updates);
    QCOMPARE(owner.link->unsentBytes(), 0);
    owner.link->resume();
    const auto caughtUp = [&] {
        owner.read();
        return owner.state.snapshots == 2 && owner.state.complete;
    };
    QTRY_VERIFY_WITH_TIMEOUT(caughtUp(), 60'000);
    QCOMPARE(owner.caughtUps, 1);
    QCOMPARE(owner.state.live.size(), 15'010u);
    QVERIFY2(owner.state.problem.isEmpty(), qPrintable(owner.state.problem));
}

/// An observer that reads no byte is too slow, even when only the rest of a snapshot is unsent.
void TestMonitorLink::takesNothing()
{
    Owner owner;
    owner.addJobs(0, 5'000);
    owner.link->begin();
    QVERIFY(owner.link->unsentBytes() > 0);
    for (int i = 1; i < MonitorLink::kMaxIdleChecks; ++i)
        owner.link->checkProgress();
    QVERIFY(!owner.link->isLagging());
    owner.read();
    const auto taken = [&, before = owner.link->unsentBytes()] {
        return owner.link->unsentBytes() != before;
    };
    QTRY_VERIFY(taken());  // a read counts as progress
    for (int i = 1; i < MonitorLink::kMaxIdleChecks; ++i)
        owner.link->checkProgress();
    QVERIFY(!owner.link->isLagging());
    owner.link->checkProgress();
    QVERIFY(owner.link->isLagging());
    const auto allThere = [&owner] {
        owner.read();
        return owner.state.complete && owner.state.live.size() == 5'000;
    };
    QTRY_VERIFY_WITH_TIMEOUT(allThere(), 60'000);
    QVERIFY2(owner.state.problem.isEmpty(), qPrintable(owner.state.problem));
}

/// A link whose observer keeps up must not count as slow because thousands of jobs change at once.
void TestMonitorLink::muchAtOnceIsNotSlow()
{
    Owner owner;
    owner.link->begin();
    owner.addJobs(1, 8'000);
    QVERIFY(owner.link->unsentBytes() > MonitorLink::kMaxUnsent);
    QVERIFY(!owner.link->isLagging());
    const auto allThere = [&owner] {
        owner.read();
        return owner.state.live.size() == 8'000;
    };
    QTRY_VERIFY_WITH_TIMEOUT(allThere(), 60'000);
    QCOMPARE(owner.state.snapshots, 1);
}

void TestMonitorLink::tooMuchAtOnceIs()
{
    Owner owner;
    owner.link->begin();
    owner.addJobs(1, 20'000);
    QVERIFY(owner.link->isLagging());
    QVERIFY(owner.link->unsentBytes() > MonitorLink::kHardMaxUnsent);
    QVERIFY(owner.link->unsentBytes() <= MonitorLink::kHardMaxUnsent + kMaxFrameBytes);
}

void TestMonitorLink::asksForASnapshot()
{
    Owner owner;
    owner.addJobs(1, 1);
    owner.link->begin();
    owner.link->sendSnapshot(SnapshotReason::Asked);
    owner.read();
    QCOMPARE(owner.state.snapshots, 2);
    QCOMPARE(owner.state.reason, SnapshotReason::Asked);
    QCOMPARE(owner.state.live.size(), 1u);
}

void TestMonitorLink::takesCommands()
{
    Owner owner;
    owner.write("{\"command\":\"cancel\",\"job\":\"x\",\"id\":\"1\"}\n\n  \n{\"command\":\"dra");
    QTRY_COMPARE(owner.commands.size(), 1u);
    QCOMPARE(owner.commands.front().target, "x");
    owner.write("in\"}\n");
    QTRY_COMPARE(owner.commands.size(), 2u);
    QCOMPARE(owner.commands.back().verb, Command::Verb::Drain);
    owner.link->answer({"1", true, u"done"_s});
    owner.read();
    QCOMPARE(owner.replies.size(), 1u);
    QCOMPARE(owner.replies.front().id, "1");
    QVERIFY(owner.replies.front().ok);
}

void TestMonitorLink::answersNonsense_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no JSON") << QByteArray("GET / HTTP/1.1\r\n");
    QTest::newRow("no object") << QByteArray("[]\n");
    QTest::newRow("no command") << QByteArray("{}\n");
    QTest::newRow("unknown") << QByteArray("{\"command\":\"reboot\"}\n");
    QTest::newRow("no target") << QByteArray("{\"command\":\"cancel\"}\n");
    QTest::newRow("bytes") << QByteArray("\x00\xFF\xFE\x80\n", 5);
    QTest::newRow("deep") << QByteArray(10'000, '[') + '\n';
}

void TestMonitorLink::answersNonsense()
{
    QFETCH(const QByteArray, line);
    Owner owner;
    owner.write(line);
    const auto answered = [&owner] {
        owner.read();
        return owner.replies.size() == 1;
    };
    QTRY_VERIFY(answered());
    QVERIFY(!owner.replies.front().ok);
    QVERIFY(!owner.replies.front().text.isEmpty());
    QVERIFY(owner.commands.empty());
    QVERIFY(!owner.closed);
    owner.write("{\"command\":\"drain\"}\n");
    QTRY_COMPARE(owner.commands.size(), 1u);
}

void TestMonitorLink::endsAfterALineThatIsTooLong_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("endless") << QByteArray(4 * kMaxCommandBytes, 'x');
    QTest::newRow("with an end") << QByteArray(kMaxCommandBytes + 100, 'x') + '\n';
}

void TestMonitorLink::endsAfterALineThatIsTooLong()
{
    QFETCH(const QByteArray, line);
    Owner owner;
    owner.link->begin();
    owner.write(line);
    QTRY_VERIFY(owner.closed);
    owner.read();
    QCOMPARE(owner.replies.size(), 1u);
    QVERIFY(!owner.replies.front().ok);
    QVERIFY(owner.replies.front().text.contains(u"16384"_s));
}

void TestMonitorLink::leavesCommandsUnreadBeyondALimit()
{
    constexpr int kCommands = 1000;
    Owner owner;
    owner.write(lines("{\"command\":\"drain\"}\n", kCommands));
    QTRY_COMPARE(static_cast<int>(owner.commands.size()), MonitorLink::kMaxUnanswered);
    for (int answered = 0; answered < kCommands; ++answered) {
        QTRY_VERIFY(static_cast<int>(owner.commands.size()) > answered);
        QVERIFY(static_cast<int>(owner.commands.size()) - answered <= MonitorLink::kMaxUnanswered);
        owner.link->answer({{}, true, u"done"_s});
    }
    const auto allAnswered = [&owner] {
        owner.read();
        return static_cast<int>(owner.replies.size()) == kCommands;
    };
    QTRY_VERIFY(allAnswered());
}

void TestMonitorLink::answersLargeOnesOneByOne()
{
    constexpr int kCommands = 50;
    Owner owner;
    owner.write(lines("{\"command\":\"result\",\"job\":\"a\"}\n", kCommands));
    Reply large{{}, true, {}};
    large.result = StoredResult{"a", 200, BodyPart::of({}, QByteArray(BodyPart::kMaxBytes, '\xFF'))};
    for (int answered = 0; answered < kCommands; ++answered) {
        const auto isNext = [&owner, answered] {
            owner.read();
            return static_cast<int>(owner.commands.size()) == answered + 1;
        };
        QTRY_VERIFY(isNext());
        QVERIFY(owner.link->unsentBytes() <= MonitorLink::kMaxUnsent + 1024 * 1024);
        owner.link->answer(large);
    }
}

void TestMonitorLink::servesOneThatShutsDownItsSendingSide()
{
    Owner owner;
    owner.link->begin();
    owner.write("{\"command\":\"drain\"}\n");
    ::shutdown(owner.peer, SHUT_WR);
    QTRY_COMPARE(owner.commands.size(), 1u);
    QTest::qWait(0);
    owner.link->answer({{}, true, u"done"_s});
    owner.addJobs(1, 1);
    owner.read();
    QVERIFY(!owner.closed);
    QVERIFY(!owner.finished);
    QCOMPARE(owner.replies.size(), 1u);
    QCOMPARE(owner.state.live.size(), 1u);
}

void TestMonitorLink::seesOneThatCloses()
{
    Owner owner;
    owner.link->begin();
    owner.read();
    ::close(std::exchange(owner.peer, -1));
    QTRY_VERIFY(owner.closed);
    QVERIFY(!owner.link->isOpen());
    owner.addJobs(1, 1);
}

void TestMonitorLink::tellsWhyItRefuses()
{
    Owner owner(u"no room"_s);
    QVERIFY(!owner.link->isOpen());
    owner.read();
    QVERIFY(owner.finished);
    QCOMPARE(owner.hellos, 1);
    QCOMPARE(owner.replies.size(), 1u);
    QCOMPARE(owner.replies.front().text, u"no room"_s);
}

void TestMonitorLink::closesARefusedOneThatDoesNotRead()
{
    Owner owner;
    owner.addJobs(1, 20'000);
    owner.link->begin();
    QVERIFY(owner.link->unsentBytes() > 0);
    owner.write(QByteArray(2 * kMaxCommandBytes, 'x'));
    QTRY_VERIFY(owner.link->isEnding());
    QVERIFY(owner.link->isOpen());
    owner.link->closeIfEnding();
    QVERIFY(owner.closed);
}

HOLDLINE_TEST(TestMonitorLink)
#include "tst_monitorlink.moc"
