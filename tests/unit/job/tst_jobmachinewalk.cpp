// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobmachine.h"
#include "tests/support/suite.h"
#include "tests/unit/job/jobobserver.h"

#include <QTest>

#include <array>
#include <deque>
#include <set>
#include <tuple>
#include <vector>

using namespace holdline;
using holdline::test::JobObserver;
using Event = JobEvent;

namespace {

constexpr std::array<const char *, kJobEventCount> kEventNames{
    "TurnGranted",        "StartAccepted",   "StartCompleted",    "StartJobFailed", "StartRejected",
    "StartUnreachable",   "StartFailed",     "StartUnknown",      "RetryRejected",  "RetryUnreachable",
    "RetryFailed",        "RetryUnknown",    "CallbackCompleted", "CallbackFailed", "CallbackProgress",
    "CallbackMismatched", "StatusCompleted", "StatusJobFailed",   "StatusProgress", "Deadline",
    "ClientGone",         "Cancel",          "DrainExpired",      "StoreFailed",    "StoreRetry",
    "HandOver",
};

QByteArray tell(const char *wrong, const std::vector<Event> &events)
{
    QByteArray text(wrong);
    text += ':';
    for (const Event event : events)
        text.append(' ').append(kEventNames[static_cast<std::size_t>(event)]);
    return text;
}

}  // namespace

Q_DECLARE_METATYPE(holdline::JobStatus)

/// Tries every sequence of events. JobObserver, which does not use the machine's code, checks each step.
class TestJobMachineWalk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySequence_data();
    void everySequence();
    void everyReachableState_data();
    void everyReachableState();
};

void TestJobMachineWalk::everySequence_data()
{
    QTest::addColumn<JobStatus>("initial");
    QTest::addColumn<int>("length");
    QTest::newRow("held") << JobStatus{} << 4;
    JobStatus passing;
    passing.passThrough = true;
    QTest::newRow("passing through") << passing << 4;
    JobStatus again;
    again.attempted = true;
    again.startUnknown = true;
    QTest::newRow("its start of unknown fate to be sent again") << again << 4;
    passing.durable = true;
    QTest::newRow("durable, passing through") << passing << 4;
    JobStatus durable;
    durable.durable = true;
    QTest::newRow("durable") << durable << 4;
    durable.handedOver = true;
    QTest::newRow("handed over") << durable << 4;
    JobStatus recovered;
    recovered.durable = true;
    recovered.attempted = true;
    recovered.state = JobState::Running;
    QTest::newRow("recovered") << recovered << 4;
    recovered.startUnknown = true;
    recovered.interrupted = true;
    QTest::newRow("recovered, its start interrupted") << recovered << 4;
    recovered.startUnknown = false;
    recovered.state = JobState::Queued;
    QTest::newRow("recovered, its start to be sent again") << recovered << 4;
}

/// Checks the rules on every sequence of four events and on each of its prefixes. everyReachableState()
/// covers longer sequences.
void TestJobMachineWalk::everySequence()
{
    QFETCH(const JobStatus, initial);
    QFETCH(const int, length);
    const auto kLength = static_cast<std::size_t>(length);
    struct Level
    {
        JobStatus status;
        JobObserver observer{JobStatus{}};
        int next = 0;
    };
    std::vector<Level> levels(kLength + 1);
    levels[0].status = initial;
    levels[0].observer = JobObserver(initial);
    std::size_t depth = 0;
    qint64 walked = 0;
    while (true) {
        Level &here = levels[depth];
        if (depth == kLength || here.next == kJobEventCount) {
            if (depth == 0)
                break;
            --depth;
            continue;
        }
        const auto event = static_cast<Event>(here.next++);
        const JobStep result = step(here.status, event);
        Level &there = levels[depth + 1];
        there = {result.status, here.observer, 0};
        ++walked;
        if (const char *wrong = there.observer.watch(here.status, event, result)) {
            std::vector<Event> events;
            for (std::size_t i = 0; i <= depth; ++i)
                events.push_back(static_cast<Event>(levels[i].next - 1));
            QFAIL(tell(wrong, events).constData());
        }
        ++depth;
    }
    qint64 expected = 0;
    for (qint64 i = 0, power = 1; i < static_cast<qint64>(kLength); ++i)
        expected += power *= kJobEventCount;
    QCOMPARE(walked, expected);
}

void TestJobMachineWalk::everyReachableState_data()
{
    everySequence_data();
}

/// Visits every reachable pair of job status and relevant history. Rules that hold on each of these steps
/// hold for sequences of any length.
void TestJobMachineWalk::everyReachableState()
{
    QFETCH(const JobStatus, initial);
    struct Node
    {
        JobStatus status;
        JobObserver observer;
        std::vector<Event> path;
    };
    const auto identity = [](const Node &node) {
        const JobStatus &status = node.status;
        return std::tuple(status.state, status.durable, status.handedOver, status.interrupted,
                          status.attempted, status.startInFlight, status.startUnknown, status.progressSeen,
                          status.resultSeen, status.outcome, status.queuedEnd, node.observer.facts());
    };
    std::deque<Node> open{{initial, JobObserver(initial), {}}};
    std::set<decltype(identity(open.front()))> seen{identity(open.front())};
    int canSettle = 0;
    while (!open.empty()) {
        const Node node = open.front();
        open.pop_front();
        canSettle += node.observer.settled() ? 1 : 0;
        for (int i = 0; i < kJobEventCount; ++i) {
            const auto event = static_cast<Event>(i);
            const JobStep result = step(node.status, event);
            Node next{result.status, node.observer, node.path};
            next.path.push_back(event);
            if (const char *wrong = next.observer.watch(node.status, event, result))
                QFAIL(tell(wrong, next.path).constData());
            if (seen.insert(identity(next)).second)
                open.push_back(std::move(next));
        }
        QVERIFY2(seen.size() < 10'000, "the space of states does not close");
    }
    qInfo("%zu states, %d of them settled", seen.size(), canSettle);
    QVERIFY(canSettle > 0);
}

HOLDLINE_TEST(TestJobMachineWalk)
#include "tst_jobmachinewalk.moc"
