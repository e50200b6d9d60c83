// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobmachine.h"
#include "tests/support/suite.h"

#include <QStringList>
#include <QTest>

#include <array>
#include <vector>

using namespace holdline;
using namespace Qt::StringLiterals;
using Event = JobEvent;
using Action = JobAction;

namespace {

QStringList names(JobActions actions)
{
    static constexpr std::array<std::pair<Action, const char *>, 6> kNames{{
        {Action::SendStart, "SendStart"},
        {Action::AwaitRetry, "AwaitRetry"},
        {Action::LeaveLane, "LeaveLane"},
        {Action::EndTurn, "EndTurn"},
        {Action::Settle, "Settle"},
        {Action::KeepResult, "KeepResult"},
    }};
    QStringList list;
    for (const auto &[action, name] : kNames) {
        if (actions.testFlag(action))
            list.append(QString::fromLatin1(name));
    }
    return list;
}

/// One line of a scenario: an event, the expected actions, and the expected outcome of the callback.
struct Beat
{
    Event event;
    JobActions actions;
    CallbackOutcome outcome = CallbackOutcome::None;
};
using Scenario = std::vector<Beat>;

}  // namespace

Q_DECLARE_METATYPE(Scenario)
Q_DECLARE_METATYPE(holdline::Reason)

class TestJobMachine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario_data();
    void scenario();
    void startInDoubt();
    void callbackOutcomes();
};

void TestJobMachine::scenario_data()
{
    QTest::addColumn<bool>("passThrough");
    QTest::addColumn<Scenario>("beats");
    QTest::addColumn<Reason>("outcome");

    const Beat granted{Event::TurnGranted, Action::SendStart};
    const Beat accepted{Event::StartAccepted, Action::EndTurn};
    const Beat unknown{Event::StartUnknown, Action::EndTurn};
    const auto again = [](Event event) { return Beat{event, Action::EndTurn | Action::AwaitRetry}; };
    const Beat retry = again(Event::RetryFailed);
    const Beat timeUpWaiting{Event::Deadline, Action::Settle | Action::LeaveLane};
    const Beat leftWhileRunning{Event::ClientGone, Action::Settle};
    const Beat timeUp{Event::Deadline, Action::Settle};
    const auto completed = [](CallbackOutcome outcome, JobActions actions) {
        return Beat{Event::CallbackCompleted, actions, outcome};
    };

    QTest::newRow("the usual way") << false
                                   << Scenario{granted, accepted,
                                               completed(CallbackOutcome::Matched, Action::Settle)}
                                   << Reason::Completed;
    QTest::newRow("the job fails")
        << false
        << Scenario{granted, accepted, {Event::CallbackFailed, Action::Settle, CallbackOutcome::Matched}}
        << Reason::JobFailed;
    QTest::newRow("client leaves while held, answer dropped")
        << false << Scenario{granted, accepted, leftWhileRunning, {Event::Deadline, {}}}
        << Reason::ClientGone;
    QTest::newRow("client leaves while queued: the start is never made")
        << false
        << Scenario{{Event::ClientGone, Action::Settle | Action::LeaveLane},
                    {Event::TurnGranted, Action::EndTurn}}
        << Reason::ClientGone;
    QTest::newRow("client leaves while its start is under way: the turn ends later")
        << false
        << Scenario{granted, {Event::ClientGone, Action::Settle}, {Event::StartAccepted, Action::EndTurn}}
        << Reason::ClientGone;
    QTest::newRow("client gone, then the callback")
        << false
        << Scenario{granted, accepted, leftWhileRunning, completed(CallbackOutcome::Late, Action::KeepResult)}
        << Reason::ClientGone;
    QTest::newRow("callback twice") << false
                                    << Scenario{granted,
                                                accepted,
                                                completed(CallbackOutcome::Matched, Action::Settle),
                                                completed(CallbackOutcome::Duplicate, {}),
                                                {Event::CallbackFailed, {}, CallbackOutcome::Duplicate}}
                                    << Reason::Completed;
    QTest::newRow("callback before the start's answer")
        << false
        << Scenario{granted, completed(CallbackOutcome::Early, Action::Settle), accepted,
                    completed(CallbackOutcome::Duplicate, {})}
        << Reason::Completed;
    QTest::newRow("callback overtakes a start that is then said to have failed")
        << false
        << Scenario{granted,
                    completed(CallbackOutcome::Early, Action::Settle),
                    {Event::StartFailed, Action::EndTurn}}
        << Reason::Completed;
    QTest::newRow("callback while waiting for a retry: no second start")
        << false
        << Scenario{granted,
                    retry,
                    completed(CallbackOutcome::Early, Action::Settle | Action::LeaveLane),
                    {Event::TurnGranted, Action::EndTurn}}
        << Reason::Completed;
    QTest::newRow("callback after the 504: result kept once")
        << false
        << Scenario{granted, accepted, timeUp, completed(CallbackOutcome::Late, Action::KeepResult),
                    completed(CallbackOutcome::Duplicate, {})}
        << Reason::CallbackTimeout;
    QTest::newRow("fate unknown, the callback answers")
        << false << Scenario{granted, unknown, completed(CallbackOutcome::Matched, Action::Settle)}
        << Reason::Completed;
    QTest::newRow("fate unknown, no callback")
        << false << Scenario{granted, unknown, timeUp} << Reason::StartUnknown;
    QTest::newRow("the start's answer is still out at the deadline")
        << false << Scenario{granted, timeUp, {Event::StartUnknown, Action::EndTurn}} << Reason::StartUnknown;
    QTest::newRow("fate unknown, passing through: nobody else will tell")
        << true << Scenario{granted, {Event::StartUnknown, Action::EndTurn | Action::Settle}}
        << Reason::StartUnknown;
    QTest::newRow("refused, after a retry")
        << false
        << Scenario{granted, retry, granted, {Event::StartUnreachable, Action::EndTurn | Action::Settle}}
        << Reason::UpstreamUnreachable;
    QTest::newRow("accepted, the callback never comes, then late")
        << false << Scenario{granted, accepted, timeUp, completed(CallbackOutcome::Late, Action::KeepResult)}
        << Reason::CallbackTimeout;
    QTest::newRow("accepted at the second try, the callback never comes")
        << false << Scenario{granted, retry, granted, accepted, timeUp} << Reason::CallbackTimeout;
    QTest::newRow("no turn before the deadline")
        << false << Scenario{{Event::Deadline, Action::Settle | Action::LeaveLane}} << Reason::QueueTimeout;
    for (const auto &[event, outcome] : {std::pair(Event::RetryRejected, Reason::StartRejected),
                                         std::pair(Event::RetryUnreachable, Reason::UpstreamUnreachable),
                                         std::pair(Event::RetryFailed, Reason::UpstreamError),
                                         std::pair(Event::RetryUnknown, Reason::StartUnknown)}) {
        const QByteArray end(name(outcome).data(), name(outcome).size());
        QTest::newRow(("the deadline comes while it waits for a retry: " + end).constData())
            << false << Scenario{granted, again(event), timeUpWaiting} << outcome;
        QTest::newRow(("the last failed start counts: " + end).constData())
            << false << Scenario{granted, retry, granted, again(event), timeUpWaiting} << outcome;
        QTest::newRow(("passing through, and it waits for a retry: " + end).constData())
            << true << Scenario{granted, again(event), timeUpWaiting} << outcome;
    }
    QTest::newRow("another job's id: stays pending")
        << false
        << Scenario{granted,
                    accepted,
                    {Event::CallbackMismatched, {}, CallbackOutcome::Mismatched},
                    completed(CallbackOutcome::Matched, Action::Settle)}
        << Reason::Completed;
    QTest::newRow("a token nobody was told yet")
        << false
        << Scenario{completed(CallbackOutcome::Unknown, {}), granted, accepted,
                    completed(CallbackOutcome::Matched, Action::Settle)}
        << Reason::Completed;
    QTest::newRow("rejected") << false
                              << Scenario{granted, {Event::StartRejected, Action::EndTurn | Action::Settle}}
                              << Reason::StartRejected;
    QTest::newRow("wait:false") << true
                                << Scenario{granted,
                                            {Event::StartAccepted, Action::EndTurn | Action::Settle},
                                            completed(CallbackOutcome::Unknown, {})}
                                << Reason::PassedThrough;
    QTest::newRow("cancelled, then drained")
        << false << Scenario{granted, accepted, {Event::Cancel, Action::Settle}, {Event::DrainExpired, {}}}
        << Reason::Cancelled;
    QTest::newRow("drained while queued")
        << false << Scenario{{Event::DrainExpired, Action::Settle | Action::LeaveLane}} << Reason::Draining;
    QTest::newRow("drained while it waits for a retry: it did not start")
        << false << Scenario{granted, retry, {Event::DrainExpired, Action::Settle | Action::LeaveLane}}
        << Reason::Draining;
    const Beat drained{Event::DrainExpired, Action::Settle};
    QTest::newRow("drained while its start is out: it may run")
        << false << Scenario{granted, drained, accepted} << Reason::DrainTimeout;
    QTest::newRow("drained while it runs, then the callback")
        << false << Scenario{granted, accepted, drained, completed(CallbackOutcome::Late, Action::KeepResult)}
        << Reason::DrainTimeout;
    QTest::newRow("drained with its fate unknown")
        << false << Scenario{granted, unknown, drained} << Reason::DrainTimeout;
    QTest::newRow("passing through, drained while its start is out")
        << true << Scenario{granted, drained} << Reason::DrainTimeout;
}

void TestJobMachine::scenario()
{
    QFETCH(const bool, passThrough);
    QFETCH(const Scenario, beats);
    QFETCH(const Reason, outcome);
    JobStatus status;
    status.passThrough = passThrough;
    for (const Beat &beat : beats) {
        const JobStep result = step(status, beat.event);
        QCOMPARE(names(result.actions), names(beat.actions));
        QCOMPARE(name(result.callback), name(beat.outcome));
        status = result.status;
    }
    QCOMPARE(status.state, JobState::Settled);
    QCOMPARE(name(status.outcome), name(outcome));
}

/// A start request without a response leaves the job in doubt until a result arrives, whatever else happens.
void TestJobMachine::startInDoubt()
{
    JobStatus status;
    status.durable = true;
    const auto after = [&status](std::initializer_list<Event> events) {
        JobStatus next = status;
        for (const Event event : events)
            next = step(next, event).status;
        return isStartInDoubt(next);
    };
    using enum JobEvent;
    QVERIFY(!after({}));
    QVERIFY(!after({TurnGranted}));
    QVERIFY(!after({TurnGranted, StartAccepted}));
    QVERIFY(!after({TurnGranted, RetryFailed}));
    QVERIFY(!after({TurnGranted, StartAccepted, Deadline}));
    QVERIFY(!after({Deadline}));
    QVERIFY(after({TurnGranted, JobEvent::StartUnknown}));
    QVERIFY(after({TurnGranted, JobEvent::StartUnknown, Deadline}));
    QVERIFY(after({TurnGranted, JobEvent::StartUnknown, Cancel}));
    QVERIFY(after({TurnGranted, Deadline}));
    QVERIFY(!after({TurnGranted, JobEvent::StartUnknown, CallbackFailed}));
    QVERIFY(!after({TurnGranted, JobEvent::StartUnknown, Deadline, CallbackCompleted}));
    // A job that will be started again is not in doubt. If its deadline passes first, the earlier start
    // request is in doubt.
    status.interrupted = true;
    QVERIFY(!after({}));
    QVERIFY(after({Deadline}));
    QVERIFY(!after({TurnGranted, StartAccepted, Deadline}));
}

void TestJobMachine::callbackOutcomes()
{
    QCOMPARE(name(CallbackOutcome::None), ""_L1);
    QCOMPARE(name(CallbackOutcome::Matched), "matched"_L1);
    QCOMPARE(name(CallbackOutcome::Early), "early"_L1);
    QCOMPARE(name(CallbackOutcome::Progress), "progress"_L1);
    QCOMPARE(name(CallbackOutcome::Duplicate), "duplicate"_L1);
    QCOMPARE(name(CallbackOutcome::Late), "late"_L1);
    QCOMPARE(name(CallbackOutcome::Unknown), "unknown"_L1);
    QCOMPARE(name(CallbackOutcome::Mismatched), "mismatched"_L1);
    QCOMPARE(name(CallbackOutcome::Malformed), "malformed"_L1);
    QCOMPARE(name(CallbackOutcome::Unauthorised), "unauthorised"_L1);
}

HOLDLINE_TEST(TestJobMachine)
#include "tst_jobmachine.moc"
