// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobmachine.h"
#include "tests/support/suite.h"

#include <QStringList>
#include <QTest>

#include <array>
#include <deque>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

using namespace holdline;
using namespace Qt::StringLiterals;
using Event = JobEvent;
using Action = JobAction;

namespace {

constexpr std::array<const char *, kJobEventCount> kEventNames{
    "TurnGranted",        "StartAccepted", "StartRejected",     "StartUnreachable",
    "StartFailed",        "StartUnknown",  "RetryRejected",     "RetryUnreachable",
    "RetryFailed",        "RetryUnknown",  "CallbackCompleted", "CallbackFailed",
    "CallbackMismatched", "Deadline",      "ClientGone",        "Cancel",
    "DrainExpired",       "StoreFailed",   "StoreRetry",        "HandOver",
};

bool endsStart(Event event)
{
    return event >= Event::StartAccepted && event <= Event::RetryUnknown;
}

/// The end of a job that waits for a retry at its deadline: what its last start came to.
Reason endWhileRetrying(Event lastStart)
{
    switch (lastStart) {
        case Event::RetryRejected:
            return Reason::StartRejected;
        case Event::RetryUnreachable:
            return Reason::UpstreamUnreachable;
        case Event::RetryFailed:
            return Reason::UpstreamError;
        case Event::RetryUnknown:
            return Reason::StartUnknown;
        default:
            return Reason::InternalError;
    }
}

bool isCallback(Event event)
{
    return event >= Event::CallbackCompleted && event <= Event::CallbackMismatched;
}

/// An outside observer that sees only the events and the requested actions, as lane, client, upstream and
/// ledger together. It checks the rules of the machine from these facts alone and does not know its code.
class Observer
{
public:
    explicit Observer(const JobStatus &initial)
        : m_passThrough(initial.passThrough),
          m_durable(initial.durable),
          m_handedOver(initial.handedOver),
          m_interrupted(initial.interrupted),
          m_maybeRan(initial.startUnknown),
          m_waiting(initial.state == JobState::Queued),
          m_everSent(initial.attempted),
          m_fateUnknown(initial.startUnknown)
    {
    }

    /// Returns the rule that this step breaks, or nullptr.
    const char *watch(const JobStatus &before, Event event, const JobStep &step);

    bool settled() const { return m_settled; }
    auto facts() const
    {
        return std::tuple(m_passThrough, m_durable, m_handedOver, m_interrupted, m_waiting, m_waitEnd,
                          m_turns, m_everSent, m_startOut, m_maybeRan, m_fateUnknown, m_settled, m_outcome,
                          m_delivered, m_kept);
    }

private:
    bool has(const JobStep &step, Action action) const { return step.actions.testFlag(action); }
    const char *watchTurns(Event event, const JobStep &step);
    const char *watchWaiting(Event event, const JobStep &step);
    const char *watchCallback(const JobStatus &before, Event event, const JobStep &step);
    const char *watchEnd(Event event, const JobStep &step);
    const char *watchStatus(const JobStatus &status) const;
    std::optional<Reason> dueOutcome(Event event) const;
    CallbackOutcome dueWord(Event event) const;

    bool m_passThrough;
    bool m_durable;
    bool m_handedOver;
    bool m_interrupted;
    bool m_maybeRan;                          ///< an earlier start may have run
    bool m_waiting = true;                    ///< in its lane, or on its way back there for a retry
    Reason m_waitEnd = Reason::QueueTimeout;  ///< its end at a deadline while it waits
    int m_turns = 0;                          ///< granted turns that have not ended
    bool m_everSent = false;                  ///< a start left, so the upstream knows the token
    bool m_startOut = false;                  ///< a start left, and its end is not known yet
    bool m_fateUnknown = false;
    bool m_settled = false;
    Reason m_outcome = Reason::InternalError;
    int m_delivered = 0;  ///< results given to the client
    int m_kept = 0;       ///< retained results

    // The state before the observed step.
    bool m_wasWaiting = true;
    bool m_wasOut = false;
    bool m_settledBefore = false;
};

/// The reason with which the event must end the held request, or nullopt.
std::optional<Reason> Observer::dueOutcome(Event event) const
{
    if (m_settled)
        return std::nullopt;
    const bool believed = m_everSent && !m_passThrough;
    switch (event) {
        case Event::ClientGone:
            // A client with a durable job comes back for its result, and a job that may have left goes on.
            return m_durable && (m_handedOver || m_everSent) ? std::nullopt
                                                             : std::optional(Reason::ClientGone);
        case Event::Cancel:
            return Reason::Cancelled;
        case Event::DrainExpired: {
            // Whoever repeats a request because of a 503 must not run the job twice.
            const bool mayRun = m_maybeRan || m_interrupted || (m_everSent && !m_wasWaiting);
            return m_durable ? std::nullopt : std::optional(mayRun ? Reason::DrainTimeout : Reason::Draining);
        }
        case Event::StoreFailed:
            return m_wasWaiting || m_wasOut ? std::optional(Reason::StoreUnavailable) : std::nullopt;
        case Event::Deadline:
            if (m_interrupted)
                return Reason::Interrupted;
            if (m_wasWaiting)
                return m_waitEnd;
            return m_wasOut || m_fateUnknown ? Reason::StartUnknown : Reason::CallbackTimeout;
        case Event::CallbackCompleted:
            return believed ? std::optional(Reason::Completed) : std::nullopt;
        case Event::CallbackFailed:
            return believed ? std::optional(Reason::JobFailed) : std::nullopt;
        default:
            break;
    }
    if (!m_wasOut)
        return std::nullopt;
    switch (event) {
        case Event::StartRejected:
            return Reason::StartRejected;
        case Event::StartUnreachable:
            return Reason::UpstreamUnreachable;
        case Event::StartFailed:
            return Reason::UpstreamError;
        case Event::StartAccepted:
            return m_passThrough ? std::optional(Reason::PassedThrough) : std::nullopt;
        case Event::StartUnknown:
            return m_passThrough ? std::optional(Reason::StartUnknown) : std::nullopt;
        default:
            return std::nullopt;
    }
}

CallbackOutcome Observer::dueWord(Event event) const
{
    if (!isCallback(event))
        return CallbackOutcome::None;
    if (m_passThrough || !m_everSent)
        return CallbackOutcome::Unknown;
    if (event == Event::CallbackMismatched)
        return CallbackOutcome::Mismatched;
    if (m_delivered + m_kept > 0)
        return CallbackOutcome::Duplicate;
    if (m_settled)
        return CallbackOutcome::Late;
    return m_wasOut || m_wasWaiting ? CallbackOutcome::Early : CallbackOutcome::Matched;
}

const char *Observer::watchTurns(Event event, const JobStep &step)
{
    if (event == Event::TurnGranted) {
        ++m_turns;
        const bool mustSend = m_wasWaiting && !m_settled;
        if (has(step, Action::SendStart) != mustSend)
            return mustSend ? "a turn is granted and no start is sent"
                            : "a start is sent by a job that was not waiting";
    } else if (has(step, Action::SendStart)) {
        return "a start is sent without a turn";
    }
    if (has(step, Action::SendStart)) {
        m_everSent = true;
        m_startOut = true;
        m_waiting = false;
        m_fateUnknown = false;
    }
    const bool isUnsent = event == Event::StoreFailed || event == Event::StoreRetry;
    if ((endsStart(event) || isUnsent) && m_wasOut) {
        if (!has(step, Action::EndTurn))
            return "a start ends and its turn does not";
        m_startOut = false;
        if (event == Event::StartAccepted && !m_passThrough && !m_settledBefore)
            m_interrupted = m_maybeRan = false;
        m_maybeRan |= event == Event::RetryUnknown && !m_settledBefore;
        m_fateUnknown = event == Event::StartUnknown || (isUnsent && m_fateUnknown);
    }
    if (has(step, Action::EndTurn) && --m_turns < 0)
        return "a turn is ended that was not granted";
    return m_turns == (m_startOut ? 1 : 0) ? nullptr : "turns held and starts under way differ";
}

const char *Observer::watchWaiting(Event event, const JobStep &step)
{
    const bool mustRetry = (isRetry(event) || event == Event::StoreRetry) && m_wasOut && !m_settled;
    if (has(step, Action::AwaitRetry) != mustRetry)
        return mustRetry ? "a retry is due and not asked for" : "a retry is asked for out of season";
    if (has(step, Action::AwaitRetry)) {
        m_waiting = true;
        if (isRetry(event))
            m_waitEnd = endWhileRetrying(event);
    }
    const bool mustLeave = m_wasWaiting && has(step, Action::Settle);
    if (has(step, Action::LeaveLane) != mustLeave)
        return mustLeave ? "settled and left in its lane" : "leaves a lane it is not in";
    if (has(step, Action::LeaveLane))
        m_waiting = false;
    return nullptr;
}

const char *Observer::watchCallback(const JobStatus &before, Event event, const JobStep &step)
{
    const CallbackOutcome due = dueWord(event);
    if (step.callback != due)
        return "the callback's word is wrong";
    const bool changesNothing = due == CallbackOutcome::Unknown || due == CallbackOutcome::Duplicate ||
                                due == CallbackOutcome::Mismatched;
    if (changesNothing && (step.actions != JobActions{} || step.status != before))
        return "a callback that is not taken changes something";
    if (has(step, Action::KeepResult) != (due == CallbackOutcome::Late))
        return "a result is kept exactly when it is late";
    if (due == CallbackOutcome::Late)
        ++m_kept;
    if (due == CallbackOutcome::Early || due == CallbackOutcome::Matched)
        ++m_delivered;
    return m_delivered + m_kept <= 1 ? nullptr : "more than one result";
}

const char *Observer::watchEnd(Event event, const JobStep &step)
{
    const std::optional<Reason> due = dueOutcome(event);
    if (has(step, Action::Settle) != due.has_value())
        return due ? "it must be settled here" : "it must not be settled here";
    if (due && step.status.outcome != *due)
        return "the outcome is wrong";
    const bool missed = m_outcome == Reason::CallbackTimeout || m_outcome == Reason::StartUnknown ||
                        m_outcome == Reason::Interrupted || m_outcome == Reason::DrainTimeout;
    const bool mends = m_durable && missed && has(step, Action::KeepResult);
    if (mends &&
        step.status.outcome != (event == Event::CallbackCompleted ? Reason::Completed : Reason::JobFailed))
        return "a late result does not take the place of the failure";
    if (m_settled && !mends && step.status.outcome != m_outcome)
        return "the outcome changes after the end";
    m_settled = m_settled || due.has_value();
    m_outcome = step.status.outcome;
    const bool final = event == Event::Deadline || (event == Event::DrainExpired && !m_durable);
    return !final || m_settled ? nullptr : "held after its last moment";
}

const char *Observer::watchStatus(const JobStatus &status) const
{
    if ((status.state == JobState::Settled) != m_settled)
        return "state and history differ on whether it is settled";
    if (!m_settled && (status.state == JobState::Queued) != m_waiting)
        return "state and history differ on whether it waits";
    if (!m_settled && (status.state == JobState::Starting) != m_startOut)
        return "state and history differ on whether it starts";
    if (status.startInFlight != m_startOut || status.attempted != m_everSent ||
        status.resultSeen != (m_delivered + m_kept == 1) || status.passThrough != m_passThrough ||
        status.durable != m_durable || status.handedOver != m_handedOver)
        return "status and history differ";
    return nullptr;
}

const char *Observer::watch(const JobStatus &before, Event event, const JobStep &step)
{
    m_wasWaiting = m_waiting;
    m_wasOut = m_startOut;
    m_settledBefore = m_settled;
    if (event == Event::HandOver)
        m_durable = m_handedOver = true;
    if (endsStart(event) && !m_wasOut && (step.actions != JobActions{} || step.status != before))
        return "the end of a start that is not under way changes something";
    const char *wrong = watchCallback(before, event, step);
    if (!wrong)
        wrong = watchWaiting(event, step);
    if (!wrong)
        wrong = watchEnd(event, step);
    if (!wrong)
        wrong = watchTurns(event, step);
    return wrong ? wrong : watchStatus(step.status);
}

QByteArray tell(const char *wrong, const std::vector<Event> &events)
{
    QByteArray text(wrong);
    text += ':';
    for (const Event event : events)
        text.append(' ').append(kEventNames[static_cast<std::size_t>(event)]);
    return text;
}

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

/// One line of a scenario: an event, the expected actions, and the outcome of the callback.
struct Beat
{
    Event event;
    JobActions actions;
    CallbackOutcome word = CallbackOutcome::None;
};
using Scenario = std::vector<Beat>;

}  // namespace

Q_DECLARE_METATYPE(Scenario)
Q_DECLARE_METATYPE(holdline::JobStatus)
Q_DECLARE_METATYPE(holdline::Reason)

class TestJobMachine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySequence_data();
    void everySequence();
    void everyReachableState_data();
    void everyReachableState();
    void scenario_data();
    void scenario();
    void startInDoubt();
    void callbackWords();
};

void TestJobMachine::everySequence_data()
{
    QTest::addColumn<JobStatus>("initial");
    QTest::addColumn<int>("length");
    QTest::newRow("held") << JobStatus{} << 5;
    JobStatus passing;
    passing.passThrough = true;
    QTest::newRow("passing through") << passing << 5;
    JobStatus again;
    again.attempted = true;
    again.startUnknown = true;
    QTest::newRow("its start of unknown fate to be sent again") << again << 5;
    passing.durable = true;
    QTest::newRow("promised, passing through") << passing << 5;
    JobStatus durable;
    durable.durable = true;
    QTest::newRow("promised") << durable << 5;
    durable.handedOver = true;
    QTest::newRow("handed over") << durable << 5;
    JobStatus recovered;
    recovered.durable = true;
    recovered.attempted = true;
    recovered.state = JobState::Running;
    QTest::newRow("recovered") << recovered << 5;
    recovered.startUnknown = true;
    recovered.interrupted = true;
    QTest::newRow("recovered, its start interrupted") << recovered << 5;
    recovered.startUnknown = false;
    recovered.state = JobState::Queued;
    QTest::newRow("recovered, its start to be sent again") << recovered << 5;
}

/// Checks the rules on every sequence of five events, and on each of its prefixes.
void TestJobMachine::everySequence()
{
    QFETCH(const JobStatus, initial);
    QFETCH(const int, length);
    const auto kLength = static_cast<std::size_t>(length);
    struct Level
    {
        JobStatus status;
        Observer observer{JobStatus{}};
        int next = 0;
    };
    std::vector<Level> levels(kLength + 1);
    levels[0].status = initial;
    levels[0].observer = Observer(initial);
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

void TestJobMachine::everyReachableState_data()
{
    everySequence_data();
}

/// Visits every reachable pair of status and relevant history. A rule that holds on each of these steps holds
/// on sequences of any length.
void TestJobMachine::everyReachableState()
{
    QFETCH(const JobStatus, initial);
    struct Node
    {
        JobStatus status;
        Observer observer;
        std::vector<Event> path;
    };
    const auto identity = [](const Node &node) {
        const JobStatus &status = node.status;
        return std::tuple(status.state, status.durable, status.handedOver, status.interrupted,
                          status.attempted, status.startInFlight, status.startUnknown, status.resultSeen,
                          status.outcome, status.queuedEnd, node.observer.facts());
    };
    std::deque<Node> open{{initial, Observer(initial), {}}};
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
    const auto completed = [](CallbackOutcome word, JobActions actions) {
        return Beat{Event::CallbackCompleted, actions, word};
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
        QCOMPARE(name(result.callback), name(beat.word));
        status = result.status;
    }
    QCOMPARE(status.state, JobState::Settled);
    QCOMPARE(name(status.outcome), name(outcome));
}

/// From a start without an answer until a result, whatever else happens.
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
    // A start that is made again is not in doubt. When time runs out before it, the earlier one is.
    status.interrupted = true;
    QVERIFY(!after({}));
    QVERIFY(after({Deadline}));
    QVERIFY(!after({TurnGranted, StartAccepted, Deadline}));
}

void TestJobMachine::callbackWords()
{
    QCOMPARE(name(CallbackOutcome::None), ""_L1);
    QCOMPARE(name(CallbackOutcome::Matched), "matched"_L1);
    QCOMPARE(name(CallbackOutcome::Early), "early"_L1);
    QCOMPARE(name(CallbackOutcome::Duplicate), "duplicate"_L1);
    QCOMPARE(name(CallbackOutcome::Late), "late"_L1);
    QCOMPARE(name(CallbackOutcome::Unknown), "unknown"_L1);
    QCOMPARE(name(CallbackOutcome::Mismatched), "mismatched"_L1);
    QCOMPARE(name(CallbackOutcome::Malformed), "malformed"_L1);
}

HOLDLINE_TEST(TestJobMachine)
#include "tst_jobmachine.moc"
