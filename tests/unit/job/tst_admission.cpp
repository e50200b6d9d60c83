// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/admission.h"
#include "core/job/recentextreme.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kNow{1'000h};

/// Everything that refusal() reads, in a state in which requests are admitted.
struct World
{
    AdmissionView view;
    Lanes lanes{Lanes::Limits{1, 128, 100, 150}};
    CircuitBreaker circuit{
        CircuitBreaker::Limits{2, 3, std::chrono::milliseconds(3000), std::chrono::milliseconds(5000)}};

    World()
    {
        view.heldLimit = 1000;
        view.drainTimeout = 25s;
    }

    /// Puts `count` jobs into the account's lane, with one start in flight. The measured duration of a start
    /// request is `turn`.
    void fill(const QByteArray &account, int count, Duration turn)
    {
        lanes.enqueue("measured", 1'000'000);
        lanes.grant();
        lanes.endTurn("measured", turn);
        for (int i = 0; i < count; ++i)
            lanes.enqueue(account, static_cast<JobKey>(i + 1));
        lanes.grant();
    }

    /// Starts a job of this lane at `at`. Afterwards the job runs and holds its place.
    void start(const QByteArray &account, JobKey job, TimePoint at)
    {
        lanes.enqueue(account, job);
        lanes.grant(at);
        lanes.setPlace(account, job, true);
        lanes.startLeft(account, at);
        lanes.endTurn(account, 10ms);
    }

    /// Opens the circuit with two connection failures. The first probe is allowed three seconds later.
    void openCircuit(TimePoint at)
    {
        for (int i = 0; i < 2; ++i)
            circuit.startEnded(1, "b", CircuitBreaker::Verdict::Unreachable, at);
    }

    std::optional<Problem> ask(Duration patience = 30s, const QByteArray &account = "a") const
    {
        return refusal(view, lanes, circuit, account, kNow, kNow + patience);
    }
};

/// Returns a world in which every lane has these rules.
World worldWith(const LaneRules &rules)
{
    World world;
    Lanes::Limits limits{1, 128, 100, 150};
    limits.rulesOf = [rules](const QByteArray &) { return std::optional(rules); };
    world.lanes.setLimits(limits);
    return world;
}

}  // namespace

class TestAdmission : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void admitsWhatCanBeServed();
    void draining();
    void heldLimit();
    void circuitOpen();
    void otherLimitsHoldWhileTheCircuitIsOpen();
    void laneFull();
    void queuesFull();
    void deadlineUnreachable();
    void theQuickestJobCounts();
    void anEmptyLaneIsAlwaysTried();
    void unmeasuredIsAdmitted();
    void rateThatForbidsAStartIsCertain();
    void rateWithJobsAhead();
    void runningJobsAhead();
    void everyRefusalSaysWhenToComeBack();
    void recentMinimum();
};

void TestAdmission::admitsWhatCanBeServed()
{
    QVERIFY(!World().ask());
    World world;
    world.view.held = 999;
    QVERIFY(!world.ask());
    QVERIFY2(!world.ask(1ms), "nothing is measured, so nothing is known");
}

void TestAdmission::draining()
{
    World world;
    world.view.draining = true;
    const auto problem = world.ask();
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::Draining);
    QCOMPARE(problem->status(), 503);
    QCOMPARE(problem->retryAfter, std::optional(25'000ms));
}

void TestAdmission::heldLimit()
{
    World world;
    world.view.held = 1000;
    auto problem = world.ask();
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::Overloaded);
    QCOMPARE(problem->status(), 503);
    world.view.heldLimit = 0;
    world.view.held = 0;
    problem = world.ask();
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::Overloaded);
}

/// While the circuit is open, a request is refused only when its deadline is before the next probe. Other
/// requests wait in their lane.
void TestAdmission::circuitOpen()
{
    World world;
    world.openCircuit(kNow - 1s);
    QVERIFY(!world.ask(2001ms));
    for (const Duration patience : {2000ms, 1000ms, 0ms}) {
        const auto problem = world.ask(patience);
        QVERIFY(problem);
        QCOMPARE(problem->reason, Reason::CircuitOpen);
        QCOMPARE(problem->retryAfter, std::optional(2000ms));
    }
    // At the time of the probe, a request is admitted whatever its deadline. While the probe is out, requests
    // wait for the next probe.
    QVERIFY(!refusal(world.view, world.lanes, world.circuit, "a", kNow + 2s, kNow + 2s));
    world.circuit.startSent(2, kNow + 2s);
    QVERIFY(!refusal(world.view, world.lanes, world.circuit, "a", kNow + 3s, kNow + 7001ms));
    const auto problem = refusal(world.view, world.lanes, world.circuit, "a", kNow + 3s, kNow + 7s);
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::CircuitOpen);
    QCOMPARE(problem->retryAfter, std::optional(4000ms));
}

/// Requests that wait for an open circuit count against all other limits.
void TestAdmission::otherLimitsHoldWhileTheCircuitIsOpen()
{
    World world;
    world.openCircuit(kNow);
    world.view.held = 1000;
    QCOMPARE(world.ask()->reason, Reason::Overloaded);
    world.view.held = 0;
    world.fill("a", 101, 10ms);
    world.lanes.enqueue("a", 1001);
    QCOMPARE(world.ask()->reason, Reason::LaneFull);
    QCOMPARE(world.ask(1s)->reason, Reason::CircuitOpen);
}

void TestAdmission::laneFull()
{
    World world;
    world.fill("a", 101, 10ms);
    // 100 jobs wait and one start is in flight, so the lane is full. Another account's lane is not.
    world.lanes.enqueue("a", 1001);
    const auto problem = world.ask();
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::LaneFull);
    QCOMPARE(problem->status(), 429);
    QVERIFY(*problem->retryAfter > 0ms);
    QVERIFY(!world.ask(30s, "b"));
}

void TestAdmission::queuesFull()
{
    World world;
    for (JobKey job = 1; job <= 150; ++job)
        world.lanes.enqueue(job % 2 == 0 ? "x" : "y", job);
    const auto problem = world.ask();
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::Overloaded);
    QCOMPARE(problem->status(), 503);
}

void TestAdmission::deadlineUnreachable()
{
    World world;
    world.fill("a", 10, 1s);
    // The wait is half a start for the one in flight, nine starts in the queue, and the request's own: 10.5
    // s.
    QVERIFY(!world.ask(10'500ms));
    const auto problem = world.ask(10'499ms);
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::DeadlineUnreachable);
    QCOMPARE(problem->status(), 503);
    QCOMPARE(problem->retryAfter, std::optional(1ms));
    QVERIFY2(problem->detail.contains(QStringLiteral("10 starts")), qPrintable(problem->detail));
    QVERIFY2(!world.ask(2s, "b"), "another account's queue is no reason");
}

void TestAdmission::theQuickestJobCounts()
{
    World world;
    world.fill("a", 10, 1s);
    world.view.jobTime = 500ms;
    QVERIFY(!world.ask(11s));
    const auto problem = world.ask(10'999ms);
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::DeadlineUnreachable);
}

/// If requests for an empty lane were refused, the service could never measure that the upstream became
/// faster.
void TestAdmission::anEmptyLaneIsAlwaysTried()
{
    World world;
    world.lanes.enqueue("slow", 1);
    world.lanes.grant();
    world.lanes.endTurn("slow", 3600s);
    world.view.jobTime = 3600s;
    QVERIFY(!world.ask(1s));
    world.lanes.enqueue("a", 2);
    QVERIFY(world.ask(1s));
}

void TestAdmission::unmeasuredIsAdmitted()
{
    World world;
    for (JobKey job = 1; job <= 50; ++job)
        world.lanes.enqueue("a", job);
    QVERIFY(!world.ask(1ms));
}

/// A rate limit refuses even in an empty lane, because no later measurement can change the forecast.
void TestAdmission::rateThatForbidsAStartIsCertain()
{
    World world = worldWith({10, 0, {1, 1min}});
    world.view.jobTime = 3600s;
    QVERIFY2(!world.ask(1s), "the lane has started nothing");
    world.start("a", 1, kNow - 20s);
    world.lanes.setPlace("a", 1, false);
    const auto problem = world.ask(30s);
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::DeadlineUnreachable);
    QCOMPARE(problem->retryAfter, std::optional(10'000ms));
    QVERIFY2(problem->detail.contains(QStringLiteral("may start 1 jobs in 60.0 s")),
             qPrintable(problem->detail));
    // A client that comes back at the suggested time is admitted.
    QVERIFY(!refusal(world.view, world.lanes, world.circuit, "a", kNow + 10s, kNow + 40s));
    QVERIFY(!world.ask(40s));
    QVERIFY2(!world.ask(1s, "b"), "another lane has a window of its own");
}

void TestAdmission::rateWithJobsAhead()
{
    World world = worldWith({10, 0, {1, 10s}});
    world.view.jobTime = 3s;
    world.start("a", 1, kNow);
    world.lanes.enqueue("a", 2);
    // The new job would start at 20 s, and a start takes 10 ms.
    QVERIFY(!world.ask(23'010ms));
    const auto problem = world.ask(23'009ms);
    QVERIFY(problem);
    QCOMPARE(problem->retryAfter, std::optional(1ms));
}

void TestAdmission::runningJobsAhead()
{
    World world = worldWith({10, 2, {}});
    world.view.placeTime = 10s;
    world.view.jobTime = 10s;
    world.start("a", 1, kNow);
    QVERIFY2(!world.ask(10'010ms), "there is a place");
    world.start("a", 2, kNow);
    // Two jobs run. On average each one is half done. The new job comes after them.
    QVERIFY(!world.ask(15'010ms));
    const auto problem = world.ask(15'009ms);
    QVERIFY(problem);
    QCOMPARE(problem->reason, Reason::DeadlineUnreachable);
    QCOMPARE(problem->retryAfter, std::optional(1ms));
    QVERIFY2(problem->detail.contains(QStringLiteral("2 of at most 2 jobs")), qPrintable(problem->detail));
    // A request with `wait:false` needs no result before its deadline, but it still needs a place.
    world.view.jobTime.reset();
    QVERIFY(!world.ask(5'010ms));
    QVERIFY(world.ask(5'009ms));
    world.lanes.setPlace("a", 1, false);
    QVERIFY(!world.ask(1s));
}

void TestAdmission::everyRefusalSaysWhenToComeBack()
{
    std::vector<World> worlds(5);
    worlds[0].view.draining = true;
    worlds[1].view.held = 1000;
    worlds[2].openCircuit(kNow);
    worlds[3].view.heldLimit = 0;
    worlds[4].fill("a", 10, 10s);
    for (const World &world : worlds) {
        const auto problem = world.ask(2s);
        QVERIFY(problem);
        QVERIFY(problem->retryAfter);
        QVERIFY(!problem->detail.isEmpty());
        QVERIFY(problem->status() == 503 || problem->status() == 429);
    }
}

void TestAdmission::recentMinimum()
{
    RecentMinimum minimum(4);
    QVERIFY(!minimum.value());
    minimum.add(500ms);
    QCOMPARE(minimum.value(), std::optional<Duration>(500ms));
    minimum.add(300ms);
    minimum.add(900ms);
    QCOMPARE(minimum.value(), std::optional<Duration>(300ms));
    // The upstream slows down. The estimate follows within two windows, but not after one sample.
    for (int i = 0; i < 4; ++i)
        minimum.add(800ms);
    QCOMPARE(minimum.value(), std::optional<Duration>(300ms));
    for (int i = 0; i < 4; ++i)
        minimum.add(800ms);
    QCOMPARE(minimum.value(), std::optional<Duration>(800ms));
    minimum.add(100ms);
    QCOMPARE(minimum.value(), std::optional<Duration>(100ms));
}

HOLDLINE_TEST(TestAdmission)
#include "tst_admission.moc"
