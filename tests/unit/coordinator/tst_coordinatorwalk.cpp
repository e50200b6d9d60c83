// SPDX-License-Identifier: GPL-3.0-or-later
// Tries every sequence of events, as tst_jobmachinewalk does, through the coordinator. The start requests,
// writes and responses must match the actions of the job machine.
#include "core/httpvalues/fingerprint.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QTest>

#include <array>
#include <random>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

/// The inputs of a sequence: the machine's events by their numbers, and one more that completes all writes.
constexpr int kStored = kJobEventCount;
constexpr int kInputs = kStored + 1;
using Inputs = std::vector<int>;

constexpr std::array<const char *, kInputs> kNames{
    "TurnGranted",        "StartAccepted",   "StartCompleted",    "StartJobFailed", "StartRejected",
    "StartUnreachable",   "StartFailed",     "StartUnknown",      "RetryRejected",  "RetryUnreachable",
    "RetryFailed",        "RetryUnknown",    "CallbackCompleted", "CallbackFailed", "CallbackProgress",
    "CallbackMismatched", "StatusCompleted", "StatusJobFailed",   "StatusProgress", "Deadline",
    "ClientGone",         "Cancel",          "DrainExpired",      "StoreFailed",    "StoreRetry",
    "HandOver",           "Stored"};

QByteArray textOf(const Inputs &inputs)
{
    QByteArray text;
    for (const int input : inputs)
        text.append(text.isEmpty() ? "" : ", ").append(kNames[static_cast<std::size_t>(input)]);
    return text;
}

/// Returns the state in a callback's body that causes this event.
QByteArray stateOf(JobEvent callback)
{
    switch (callback) {
        case JobEvent::CallbackFailed:
            return "failed";
        case JobEvent::CallbackProgress:
            return "processing";
        default:
            return "completed";
    }
}

/// How the job is created.
enum class Kind {
    Held,
    PassingThrough,
    Keyed,
    KeyedPassingThrough,
    HandedOver,
    Recovered,
    Interrupted,
    SentAgain
};

const QByteArray kBody = R"({"account":"a","wait":true})";
const QByteArray kPassingBody = R"({"account":"a","wait":false})";

Config configOf(Kind kind)
{
    Config config = quickConfig();
    config.retry.baseDelay = config.retry.maxDelay = 0ms;
    config.retry.budget = 1000;
    config.circuit.failures = 0;
    if (kind == Kind::SentAgain)
        config.retry.ambiguous = AmbiguousRetry::Always;
    return config;
}

/// A coordinator that gives the test access to applyTo().
class OpenCoordinator : public JobCoordinator
{
public:
    using JobCoordinator::applyTo;
    using JobCoordinator::JobCoordinator;
};

/// Runs one job. Its lane is paused except when a turn is granted, and writes complete only when the test
/// says so.
class Walk
{
public:
    explicit Walk(Kind kind)
        : m_kind(kind), m_coordinator(configOf(kind), "http://cb/callback", m_starter, m_queries, m_store)
    {
        m_store.hold();
        m_coordinator.pauseLane("a");
        QObject::connect(&m_coordinator, &JobCoordinator::jobEnded, &m_coordinator, [this] { ++m_ended; });
        m_starter.onStart = [this](JobStarter::Ticket, const StartCall &call) {
            m_isEarly = m_isEarly || (isDurable() && storedState(call.idempotencyKey) != JobState::Starting);
        };
        make();
    }

    bool isMade() const { return m_key != 0; }
    /// Applies the input. Returns false when the input cannot happen now; it then changes nothing.
    bool take(int input);
    /// Ends the job.
    void end();
    /// Checks the state after each input. Returns an error text, or null when all checks pass.
    const char *check() const;
    const char *checkEnd() const;

private:
    bool isDurable() const { return m_kind != Kind::Held && m_kind != Kind::PassingThrough; }
    bool isKeyed() const { return isDurable() && m_kind != Kind::HandedOver; }
    bool passesThrough() const
    {
        return m_kind == Kind::PassingThrough || m_kind == Kind::KeyedPassingThrough;
    }
    const QByteArray &body() const { return passesThrough() ? kPassingBody : kBody; }
    const Job *job() const { return m_coordinator.jobs().find(m_key); }
    const LiveJob *live() const { return m_coordinator.live(m_key); }
    bool isSettled() const { return m_status.state == JobState::Settled; }
    bool leavesTrace() const;
    std::optional<JobState> storedState(const QByteArray &id) const
    {
        const auto record = m_store.records.find(id);
        return record == m_store.records.end() ? std::nullopt : std::optional(record->second.status.state);
    }

    void make();
    void hold(bool handsOver);
    void recover();
    /// Applies the event to the machine and records its actions for check().
    void expect(JobEvent event);
    bool grantTurn();
    bool endStart(JobEvent event);
    bool callBack(JobEvent event);
    bool leave();
    bool handOver();
    bool store();

    const Kind m_kind;
    FakeJobStarter m_starter;
    FakeJobStarter m_queries;
    FakeJobStore m_store;
    OpenCoordinator m_coordinator;
    std::vector<Client> m_clients;
    std::vector<std::shared_ptr<ExchangeLog>> m_callbacks;
    JobKey m_key = 0;
    QByteArray m_id;

    JobStatus m_status;
    int m_starts = 0;
    int m_turns = 0;
    int m_settled = 0;
    int m_retained = 0;
    bool m_waits = false;
    bool m_waitsForRetry = false;
    bool m_intentPending = false;
    bool m_canStartAgain = false;  ///< the last start request certainly failed and will be repeated
    bool m_maybeRan = false;       ///< a start request that may have run the job will be repeated
    std::array<std::uint64_t, kCallbackOutcomeCount> m_outcomes{};

    int m_ended = 0;
    bool m_isEarly = false;  ///< a start request was sent before its record was stored
    bool m_isWrongAboutCancel = false;
};

void Walk::make()
{
    switch (m_kind) {
        case Kind::Recovered:
        case Kind::Interrupted:
        case Kind::SentAgain:
            recover();
            break;
        default:
            hold(m_kind == Kind::HandedOver);
    }
    // The coordinator looks up the key first, so the job is created in a later turn of the event loop.
    for (int i = 0; i < 100 && m_coordinator.jobs().heldCount() == 0; ++i)
        QCoreApplication::processEvents();
    const std::vector<JobKey> keys = m_coordinator.jobs().heldKeys();
    if (keys.size() != 1)
        return;
    m_key = keys.front();
    m_id = job()->id;
    m_status.durable = isDurable();
    m_status.handedOver = m_kind == Kind::HandedOver;
    m_status.passThrough = passesThrough();
    m_status.attempted = m_kind >= Kind::Recovered;
    m_status.interrupted = m_kind >= Kind::Interrupted;
    m_status.startUnknown = m_kind == Kind::Interrupted;
    if (m_kind == Kind::Recovered || m_kind == Kind::Interrupted)
        m_status.state = JobState::Running;
    m_waits = m_status.state == JobState::Queued;
}

void Walk::hold(bool handsOver)
{
    http::HeaderFields headers;
    if (isKeyed())
        headers.append("Idempotency-Key", "k");
    if (handsOver)
        headers.append("Prefer", "respond-async, wait=60");
    Client client;
    auto exchange = std::make_unique<FakeExchange>(client.log);
    client.exchange = exchange.get();
    m_clients.push_back(client);
    m_coordinator.hold(post(body(), std::move(headers)), parseStart(body()), std::move(exchange));
}

void Walk::recover()
{
    const WallTime now = wallNow();
    JobRecord record;
    record.id = makeJobId();
    record.account = "a";
    record.token = CallbackToken::make(0, 0).toText();
    record.key = "k";
    record.fingerprint = fingerprint("POST", "/start", kBody);
    record.status.durable = record.status.attempted = true;
    record.status.state = m_kind == Kind::Recovered ? JobState::Running : JobState::Starting;
    record.created = record.started.emplace(now);
    record.deadline = now + 1h;
    record.request = RecordedRequest{"/start", kBody, {}};
    m_store.records.emplace(record.id, record);
    m_coordinator.recover({record});
}

void Walk::expect(JobEvent event)
{
    const JobStep next = step(m_status, event);
    const auto orders = [&next](JobAction action) { return next.actions.testFlag(action); };
    m_status = next.status;
    m_outcomes[static_cast<std::size_t>(next.callback)] += next.callback == CallbackOutcome::None ? 0 : 1;
    m_turns += event == JobEvent::TurnGranted ? 1 : 0;
    m_turns -= orders(JobAction::EndTurn) ? 1 : 0;
    m_settled += orders(JobAction::Settle) ? 1 : 0;
    m_retained += orders(JobAction::KeepResult) ? 1 : 0;
    if (orders(JobAction::SendStart)) {
        m_waits = m_waitsForRetry = false;
        m_intentPending = isDurable();
        m_starts += isDurable() ? 0 : 1;
    }
    if (orders(JobAction::AwaitRetry))
        m_waits = m_waitsForRetry = true;
    if (orders(JobAction::LeaveLane))
        m_waits = m_waitsForRetry = false;
}

bool Walk::grantTurn()
{
    // Turns are granted only to queued jobs. A job that waits for a retry is queued after its delay.
    for (int i = 0; m_waitsForRetry && i < 1000 && m_coordinator.lanes().totalQueued() == 0; ++i)
        QCoreApplication::processEvents();
    if (m_coordinator.lanes().totalQueued() == 0)
        return false;
    expect(JobEvent::TurnGranted);
    m_coordinator.resumeLane("a");
    m_coordinator.pauseLane("a");
    return true;
}

bool Walk::endStart(JobEvent event)
{
    const bool againWhenUnknown = m_kind == Kind::SentAgain;
    if (m_starter.calls.empty() ||
        event == (againWhenUnknown ? JobEvent::StartUnknown : JobEvent::RetryUnknown))
        return false;
    expect(event);
    m_canStartAgain = isRetry(event) && event != JobEvent::RetryUnknown;
    m_maybeRan = m_maybeRan || event == JobEvent::RetryUnknown;
    const JobStarter::Ticket ticket = m_starter.calls.begin()->first;
    switch (event) {
        case JobEvent::StartAccepted:
            m_starter.accept(ticket, "1f");
            break;
        case JobEvent::StartCompleted:
        case JobEvent::StartJobFailed:
            m_starter.accept(ticket, "1f",
                             event == JobEvent::StartCompleted ? JobReport::Completed : JobReport::Failed);
            break;
        case JobEvent::StartRejected:
            m_starter.answer(ticket, Fate::Rejected, 403);
            break;
        case JobEvent::RetryRejected:
            m_starter.answer(ticket, Fate::NotStarted, 429, true);
            break;
        case JobEvent::RetryUnreachable:
            m_starter.answer(ticket, Fate::NotStarted, 0, true);
            break;
        case JobEvent::RetryFailed:
            m_starter.answer(ticket, Fate::NotStarted, 503, true);
            break;
        case JobEvent::StartUnreachable:
            m_starter.answer(ticket, Fate::NotStarted, 0);
            break;
        case JobEvent::StartFailed:
            m_starter.answer(ticket, Fate::NotStarted, 500);
            break;
        default:
            m_starter.answer(ticket, Fate::Unknown, 0);
    }
    return true;
}

bool Walk::callBack(JobEvent event)
{
    // A callback can have a mismatched id only when the job's own id is known.
    const bool isMismatched = event == JobEvent::CallbackMismatched;
    if (!job()->token || (isMismatched && job()->upstreamId.isEmpty()))
        return false;
    expect(event);
    auto log = std::make_shared<ExchangeLog>();
    m_callbacks.push_back(log);
    m_coordinator.callback(job()->token->toText(),
                           CoordinatorWorld::result(isMismatched ? "dead" : "1f", stateOf(event)),
                           std::make_unique<FakeExchange>(log));
    return true;
}

bool Walk::leave()
{
    std::vector<Client *> there;
    for (Client &client : m_clients) {
        if (client.log->answers.empty() && !client.log->gone)
            there.push_back(&client);
    }
    if (there.empty())
        return false;
    expect(JobEvent::ClientGone);
    for (Client *client : there)
        client->exchange->leave();
    return true;
}

bool Walk::handOver()
{
    if (!isKeyed() || passesThrough() || !live() || live()->durable->ending || m_status.handedOver)
        return false;
    const bool wakes = live()->durable->dormant;
    expect(JobEvent::HandOver);
    m_waits = m_waits || wakes;
    hold(true);
    return true;
}

bool Walk::store()
{
    if (m_store.heldCount() == 0)
        return false;
    if (std::exchange(m_intentPending, false)) {
        if (isSettled() || !m_status.startInFlight || m_status.progressSeen)
            expect(JobEvent::StoreFailed);
        else
            ++m_starts;
    }
    m_store.release(m_store.heldCount());
    return true;
}

bool Walk::take(int input)
{
    if (input == kStored)
        return store();
    const auto event = static_cast<JobEvent>(input);
    switch (event) {
        case JobEvent::TurnGranted:
            return grantTurn();
        case JobEvent::StartAccepted:
        case JobEvent::StartCompleted:
        case JobEvent::StartJobFailed:
        case JobEvent::StartRejected:
        case JobEvent::StartUnreachable:
        case JobEvent::StartFailed:
        case JobEvent::StartUnknown:
        case JobEvent::RetryRejected:
        case JobEvent::RetryUnreachable:
        case JobEvent::RetryFailed:
        case JobEvent::RetryUnknown:
            return endStart(event);
        case JobEvent::CallbackCompleted:
        case JobEvent::CallbackFailed:
        case JobEvent::CallbackProgress:
        case JobEvent::CallbackMismatched:
            return callBack(event);
        case JobEvent::ClientGone:
            return leave();
        case JobEvent::HandOver:
            return handOver();
        case JobEvent::Cancel: {
            const bool goesOn = !isSettled();
            expect(event);
            m_isWrongAboutCancel = m_coordinator.cancel(m_key) != goesOn;
            return true;
        }
        case JobEvent::Deadline:
        case JobEvent::DrainExpired:
        case JobEvent::StoreFailed:
        case JobEvent::StoreRetry:
            // The next turn may be granted only after the failed write has been reported.
            if (event == JobEvent::StoreRetry && m_intentPending)
                return false;
            expect(event);
            m_coordinator.applyTo(m_key, event);
            return true;
        case JobEvent::StatusCompleted:
        case JobEvent::StatusJobFailed:
        case JobEvent::StatusProgress:
            // This test's route cannot query the upstream. tst_statusqueries tests these events.
            return false;
    }
    return false;
}

void Walk::end()
{
    take(kStored);
    if (!m_starter.calls.empty())
        take(static_cast<int>(JobEvent::StartAccepted));
    take(static_cast<int>(JobEvent::Deadline));
    take(kStored);
    // Gives the event loop time: a retry that was not cancelled would queue the job again now.
    m_store.release();
    for (int i = 0; i < 8; ++i)
        QCoreApplication::processEvents();
}

bool Walk::leavesTrace() const
{
    const bool neverRan = reasonInfo(m_status.outcome).has(EndTrait::NeverStarted) ||
                          (m_canStartAgain && (m_status.outcome == Reason::UpstreamError ||
                                               m_status.outcome == Reason::StartRejected));
    return isDurable() && (m_status.handedOver || m_status.interrupted || m_maybeRan || !neverRan);
}

const char *Walk::check() const
{
    if (!job() || job()->status != m_status)
        return "the job's status is not the machine's";
    if (static_cast<int>(m_starter.order.size()) != m_starts)
        return "starts were sent that were not ordered, or the other way round";
    if (m_isEarly)
        return "a start left before its intent was durable";
    if (m_isWrongAboutCancel)
        return "cancel() says something else than what it did";
    if (m_coordinator.lanes().totalInFlight() != m_turns || m_coordinator.startsInFlight() != m_turns)
        return "a turn was not ended, or ended without an order";
    const bool isQueued = m_coordinator.lanes().totalQueued() == 1;
    if (isQueued && !m_waits)
        return "the job stays in its lane";
    if (m_waits && !m_waitsForRetry && !isQueued)
        return "the job waits and is not in its lane";
    if (m_ended != m_settled)
        return "ends that were told and ends that were ordered differ";
    for (int i = 0; i < kCallbackOutcomeCount; ++i) {
        const auto outcome = static_cast<CallbackOutcome>(i);
        if (m_coordinator.ledger().count(outcome) != m_outcomes[static_cast<std::size_t>(i)])
            return "the ledger has other outcomes than the machine";
    }
    if (!isDurable() && (!m_store.puts.empty() || !m_store.removed.empty()))
        return "a plain job is written";
    if (!isDurable() && (m_coordinator.jobs().retainedResultBytes() > 0) != (m_retained > 0))
        return "a late result was not retained, or retained without an order";
    // The end of a durable job must be stored before clients receive it.
    const bool isWritten =
        leavesTrace() ? storedState(m_id) == JobState::Settled : m_store.puts.empty() || m_store.isIdle();
    const bool isTold = isSettled() && isWritten;
    for (const Client &client : m_clients) {
        if (client.log->answers.size() > 1)
            return "a client was answered twice";
        if (client.log->gone ? !client.log->answers.empty() : client.log->answers.empty() == isTold)
            return isTold ? "a client was not answered" : "a client was answered too early";
    }
    if (m_coordinator.requestsHeld() < 0 || m_coordinator.waitingCount() < 0)
        return "counts are negative";
    return nullptr;
}

const char *Walk::checkEnd() const
{
    if (!isSettled())
        return "it does not end";
    for (const auto &log : m_callbacks) {
        if (log->answers.size() != 1)
            return "a callback was not answered once";
    }
    if (m_coordinator.requestsHeld() != 0 || m_coordinator.waitingCount() != 0 ||
        m_coordinator.durableCount() != 0 || live())
        return "something is left of the job";
    if (m_coordinator.lanes().laneCount() > 0)
        return "its lane is left";
    if (isDurable() && leavesTrace() != m_store.records.contains(m_id))
        return "the store has what it must not have, or the other way round";
    return nullptr;
}

/// Runs the inputs, and then ends the job. When an input cannot happen, returns the number of inputs before
/// it and sets `wrong` to null. Otherwise returns the number of all inputs.
std::size_t run(Kind kind, const Inputs &inputs, const char *&wrong)
{
    Walk walk(kind);
    wrong = walk.isMade() ? walk.check() : "there is no job";
    for (std::size_t i = 0; i < inputs.size() && !wrong; ++i) {
        if (!walk.take(inputs[i]))
            return i;
        wrong = walk.check();
    }
    if (!wrong) {
        walk.end();
        wrong = walk.check();
    }
    if (!wrong)
        wrong = walk.checkEnd();
    return inputs.size();
}

}  // namespace

Q_DECLARE_METATYPE(Kind)

class TestCoordinatorWalk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySequence_data();
    void everySequence();
    void longSequences_data();
    void longSequences();
};

void TestCoordinatorWalk::everySequence_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<int>("length");
    QTest::newRow("held") << Kind::Held << 4;
    QTest::newRow("passing through") << Kind::PassingThrough << 3;
    QTest::newRow("keyed") << Kind::Keyed << 3;
    QTest::newRow("keyed, passing through") << Kind::KeyedPassingThrough << 3;
    QTest::newRow("handed over") << Kind::HandedOver << 3;
    QTest::newRow("recovered") << Kind::Recovered << 3;
    QTest::newRow("recovered, its start interrupted") << Kind::Interrupted << 3;
    QTest::newRow("recovered, its start to be sent again") << Kind::SentAgain << 3;
}

/// Tries every possible sequence and each of its prefixes.
void TestCoordinatorWalk::everySequence()
{
    QFETCH(const Kind, kind);
    QFETCH(const int, length);
    Inputs inputs(static_cast<std::size_t>(length), 0);
    int walked = 0;
    while (true) {
        const char *wrong = nullptr;
        std::size_t at = run(kind, inputs, wrong);
        if (wrong)
            QFAIL((QByteArray(wrong) + ": " + textOf(inputs)).constData());
        walked += at == inputs.size() ? 1 : 0;
        // Skips all sequences that begin with the same impossible inputs.
        at = std::min(at, inputs.size() - 1);
        std::fill(inputs.begin() + static_cast<std::ptrdiff_t>(at) + 1, inputs.end(), 0);
        while (++inputs[at] == kInputs) {
            inputs[at] = 0;
            if (at == 0) {
                qInfo("%d sequences", walked);
                QVERIFY(walked > 100);
                return;
            }
            --at;
        }
    }
}

void TestCoordinatorWalk::longSequences_data()
{
    QTest::addColumn<quint64>("seed");
    if (const QByteArray replay = qgetenv("HOLDLINE_TEST_SEED"); !replay.isEmpty()) {
        QTest::newRow("replay") << replay.toULongLong();
        return;
    }
    QTest::newRow("seed 1") << quint64(1);
    const quint64 fresh = std::random_device()();
    QTest::addRow("fresh seed %llu", fresh) << fresh;
}

void TestCoordinatorWalk::longSequences()
{
    QFETCH(const quint64, seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 2'000; ++i) {
        const auto kind = static_cast<Kind>(i % 8);
        Walk walk(kind);
        Inputs inputs;
        const char *wrong = walk.check();
        while (!wrong && inputs.size() < 12) {
            const int input = std::uniform_int_distribution<int>(0, kInputs - 1)(random);
            inputs.push_back(input);
            if (walk.take(input))
                wrong = walk.check();
        }
        if (!wrong) {
            walk.end();
            wrong = walk.check();
        }
        if (!wrong)
            wrong = walk.checkEnd();
        if (wrong)
            QFAIL((QByteArray(wrong) + ": kind " + QByteArray::number(i % 8) + ": " + textOf(inputs))
                      .constData());
    }
}

HOLDLINE_TEST(TestCoordinatorWalk)
#include "tst_coordinatorwalk.moc"
