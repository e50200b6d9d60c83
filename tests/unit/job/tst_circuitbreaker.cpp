// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/circuitbreaker.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = CircuitBreaker::State;
using Verdict = CircuitBreaker::Verdict;

namespace {

constexpr TimePoint kStart{1'000h};
constexpr CircuitBreaker::Limits kLimits{3, 2, std::chrono::milliseconds(1000),
                                         std::chrono::milliseconds(4000)};

/// Stands for any job that is not the probe.
constexpr JobKey kOther = 1;
constexpr JobKey kProbe = 2;

/// One input of a circuit breaker. A tick is one second, as long as the first pause before a probe.
struct Step
{
    enum class Kind { Start, Tick, End };
    Kind kind = Kind::Tick;
    bool ofProbe = false;
    Verdict verdict = Verdict::Works;
    const char *account = "";
    const char *name = "";
};
constexpr std::array<Step, 12> kSteps{{
    {Step::Kind::Start, true, {}, "", "probe"},
    {Step::Kind::Tick, false, {}, "", "tick"},
    {Step::Kind::End, false, Verdict::Works, "a", "works"},
    {Step::Kind::End, false, Verdict::Unreachable, "a", "unreachable"},
    {Step::Kind::End, false, Verdict::Fails, "a", "a fails"},
    {Step::Kind::End, false, Verdict::Fails, "b", "b fails"},
    {Step::Kind::End, false, Verdict::Nothing, "a", "nothing"},
    {Step::Kind::End, true, Verdict::Works, "a", "probe works"},
    {Step::Kind::End, true, Verdict::Unreachable, "a", "probe unreachable"},
    {Step::Kind::End, true, Verdict::Fails, "a", "probe of a fails"},
    {Step::Kind::End, true, Verdict::Fails, "b", "probe of b fails"},
    {Step::Kind::End, true, Verdict::Nothing, "a", "probe tells nothing"},
}};

/// A simple model of the circuit breaker. It stores all steps and replays them after each new step. Time is
/// in ticks.
class Model
{
public:
    void add(const Step *step)
    {
        m_steps.push_back(step);
        m_isOpen = m_probeOut = false;
        m_now = m_next = 0;
        m_run.clear();
        for (const Step *one : m_steps)
            replay(*one);
    }

    bool isPossible(const Step &step) const
    {
        if (step.kind == Step::Kind::Start)
            return m_isOpen && m_now >= m_next;
        return step.kind == Step::Kind::Tick || !step.ofProbe || m_probeOut;
    }
    TimePoint now() const { return kStart + m_now * 1s; }
    bool mayStart() const { return !m_isOpen || m_now >= m_next; }
    TimePoint next() const { return m_isOpen ? kStart + m_next * 1s : TimePoint{}; }
    State state() const
    {
        if (!m_isOpen)
            return State::Closed;
        return m_probeOut || m_now >= m_next ? State::HalfOpen : State::Open;
    }
    QByteArray text() const
    {
        QByteArray text;
        for (const Step *step : m_steps)
            text.append(text.isEmpty() ? "" : ", ").append(step->name);
        return text;
    }

private:
    void replay(const Step &step)
    {
        if (step.kind == Step::Kind::Tick) {
            ++m_now;
        } else if (step.kind == Step::Kind::Start) {
            m_probeOut = true;
            m_next = m_now + std::min(1 << ++m_probes, 4);
        } else if (step.verdict == Verdict::Works) {
            m_isOpen = m_probeOut = false;
            m_run.clear();
        } else if (!m_isOpen) {
            if (step.verdict != Verdict::Nothing)
                m_run.push_back(&step);
            if (isLongEnough()) {
                m_isOpen = true;
                m_next = m_now + 1;
                m_probes = 0;
                m_lastFailed = QByteArray();
            }
        } else if (step.ofProbe) {
            m_probeOut = false;
            const bool sameAgain = step.verdict == Verdict::Fails && m_lastFailed == step.account;
            if (step.verdict == Verdict::Fails)
                m_lastFailed = step.account;
            if (step.verdict == Verdict::Unreachable)
                m_lastFailed = QByteArray();
            if (sameAgain || step.verdict == Verdict::Nothing) {
                m_next = std::min(m_next, m_now + 1);
                m_probes = 0;
            }
        }
    }
    bool isLongEnough() const
    {
        int unreachable = 0;
        std::map<QByteArray, int> failures;
        for (const Step *step : m_run)
            ++(step->verdict == Verdict::Unreachable ? unreachable : failures[step->account]);
        int counted = unreachable;
        // With two accounts and a limit of three failures, at most two failures of each account count.
        for (const auto &[account, count] : failures)
            counted += failures.size() >= 2 ? std::min(count, 2) : 0;
        return counted >= 3;
    }

    std::vector<const Step *> m_steps;
    std::vector<const Step *> m_run;
    bool m_isOpen = false;
    bool m_probeOut = false;
    int m_now = 0;
    int m_next = 0;
    int m_probes = 0;
    QByteArray m_lastFailed;
};

/// Tries all sequences of up to `depth` more steps. Returns the number of sequences, and in `wrong` the first
/// one for which the breaker and the model differ.
int walk(const CircuitBreaker &breaker, const Model &model, int depth, QByteArray *wrong)
{
    int walked = 0;
    for (const Step &step : kSteps) {
        if (depth == 0 || !wrong->isEmpty())
            break;
        if (!model.isPossible(step))
            continue;
        CircuitBreaker next = breaker;
        Model nextModel = model;
        nextModel.add(&step);
        const TimePoint now = nextModel.now();
        if (step.kind == Step::Kind::Start)
            next.startSent(kProbe, now);
        else if (step.kind == Step::Kind::End)
            next.startEnded(step.ofProbe ? kProbe : kOther, step.account, step.verdict, now);
        if (next.mayStart(now) != nextModel.mayStart() || next.state(now) != nextModel.state() ||
            next.isOpen() != (nextModel.state() != State::Closed) || next.nextProbe() != nextModel.next()) {
            *wrong = nextModel.text();
            return walked;
        }
        walked += 1 + walk(next, nextModel, depth - 1, wrong);
    }
    return walked;
}

void fail(CircuitBreaker &breaker, QByteArrayView account, int times, Verdict verdict = Verdict::Fails)
{
    for (int i = 0; i < times; ++i)
        breaker.startEnded(kOther, account, verdict, kStart);
}

CircuitBreaker opened()
{
    CircuitBreaker breaker(kLimits);
    fail(breaker, "a", 3, Verdict::Unreachable);
    return breaker;
}

/// Sends a probe at the earliest allowed time and ends it at once. Returns the time until the next probe.
Duration probe(CircuitBreaker &breaker, QByteArrayView account, Verdict verdict)
{
    const TimePoint at = breaker.nextProbe();
    breaker.startSent(kProbe, at);
    breaker.startEnded(kProbe, account, verdict, at);
    return breaker.nextProbe() - at;
}

}  // namespace

class TestCircuitBreaker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySequence();
    void oneAccountAloneNeverOpensIt();
    void noAccountCountsForMoreThanItsPart();
    void manyAccountsOpenIt();
    void connectionFailuresCountWhateverTheAccount();
    void anySuccessEndsTheRun();
    void whatTellsNothingDoesNotCount();
    void oneAccountMayBeEnough();
    void probesComeEarlyAndDouble();
    void aSuccessfulProbeCloses();
    void oneBadAccountDoesNotKeepItOpen();
    void anImpatientProbeDoesNotKeepItOpen();
    void lateFailuresDoNotProlong();
    void aProbeWithoutVerdictIsNotTheLast();
    void neverOpensWithoutALimit();
    void limitsChangeOnTheWay();
    void words();
};

/// Compares the breaker with the model on every sequence of up to seven steps.
void TestCircuitBreaker::everySequence()
{
    QByteArray wrong;
    const int walked = walk(CircuitBreaker(kLimits), Model(), 7, &wrong);
    QVERIFY2(wrong.isEmpty(), wrong.constData());
    QVERIFY(walked > 100'000);
    qInfo("%d sequences", walked);
}

void TestCircuitBreaker::oneAccountAloneNeverOpensIt()
{
    CircuitBreaker breaker(kLimits);
    fail(breaker, "a", 100'000);
    QCOMPARE(breaker.state(kStart), State::Closed);
    // Failures of two accounts do not open the circuit when failures of three are required.
    CircuitBreaker three({10, 3, 250ms, 5000ms});
    for (int i = 0; i < 1000; ++i) {
        fail(three, "a", 1);
        fail(three, "b", 1);
    }
    QCOMPARE(three.state(kStart), State::Closed);
}

/// One hostile account fails without a pause. A few failures of other accounts must not open the circuit.
void TestCircuitBreaker::noAccountCountsForMoreThanItsPart()
{
    CircuitBreaker breaker({10, 3, 250ms, 5000ms});
    fail(breaker, "hostile", 1000);
    fail(breaker, "b", 1);
    fail(breaker, "c", 1);
    fail(breaker, "hostile", 1000);
    fail(breaker, "d", 3);
    QVERIFY(!breaker.isOpen());
    fail(breaker, "e", 1);
    QVERIFY(breaker.isOpen());
    QCOMPARE(breaker.run(), (CircuitBreaker::Run{2006, 0, 5}));
}

void TestCircuitBreaker::manyAccountsOpenIt()
{
    CircuitBreaker breaker({40, 3, 250ms, 5000ms});
    for (int i = 0; i < 39; ++i) {
        fail(breaker, "account " + QByteArray::number(i), 1);
        QVERIFY(!breaker.isOpen());
    }
    fail(breaker, "account 39", 1);
    QVERIFY(breaker.isOpen());
    QCOMPARE(breaker.run(), (CircuitBreaker::Run{40, 0, CircuitBreaker::kMostAccounts}));
}

void TestCircuitBreaker::connectionFailuresCountWhateverTheAccount()
{
    CircuitBreaker breaker({10, 3, 250ms, 5000ms});
    fail(breaker, "a", 9, Verdict::Unreachable);
    fail(breaker, "a", 9);
    QVERIFY(!breaker.isOpen());
    fail(breaker, "a", 1, Verdict::Unreachable);
    QVERIFY(breaker.isOpen());
}

void TestCircuitBreaker::anySuccessEndsTheRun()
{
    CircuitBreaker breaker(kLimits);
    for (int i = 0; i < 100; ++i) {
        fail(breaker, "a", 1);
        fail(breaker, "b", 1);
        fail(breaker, "c", 1, Verdict::Works);
        fail(breaker, "a", 2, Verdict::Unreachable);
        breaker.succeeded();
    }
    QVERIFY(!breaker.isOpen());
    QCOMPARE(breaker.run(), CircuitBreaker::Run{});
}

void TestCircuitBreaker::whatTellsNothingDoesNotCount()
{
    CircuitBreaker breaker(kLimits);
    fail(breaker, "a", 1);
    fail(breaker, "b", 1);
    fail(breaker, "c", 1000, Verdict::Nothing);
    QVERIFY(!breaker.isOpen());
    fail(breaker, "c", 1);
    QVERIFY2(breaker.isOpen(), "and it does not end the run either");
}

void TestCircuitBreaker::oneAccountMayBeEnough()
{
    CircuitBreaker breaker({3, 1, 250ms, 5000ms});
    fail(breaker, "a", 2);
    QVERIFY(!breaker.isOpen());
    fail(breaker, "a", 1);
    QVERIFY(breaker.isOpen());
}

void TestCircuitBreaker::probesComeEarlyAndDouble()
{
    CircuitBreaker breaker({3, 2, 250ms, 5000ms});
    fail(breaker, "a", 3, Verdict::Unreachable);
    QCOMPARE(breaker.nextProbe(), kStart + 250ms);
    QVERIFY(!breaker.mayStart(kStart + 249ms));
    QVERIFY(breaker.mayStart(kStart + 250ms));
    for (const Duration pause : {500ms, 1000ms, 2000ms, 4000ms, 5000ms, 5000ms})
        QCOMPARE(probe(breaker, "a", Verdict::Unreachable), pause);
    // The pauses are the same when each probe is of another account.
    CircuitBreaker failing({3, 2, 250ms, 5000ms});
    fail(failing, "a", 2);
    fail(failing, "b", 2);
    int account = 0;
    for (const Duration pause : {500ms, 1000ms, 2000ms, 4000ms, 5000ms, 5000ms})
        QCOMPARE(probe(failing, QByteArray::number(++account), Verdict::Fails), pause);
    // A first pause that is longer than the longest pause is shortened to it.
    CircuitBreaker cut({3, 2, 10'000ms, 5000ms});
    fail(cut, "a", 3, Verdict::Unreachable);
    QCOMPARE(cut.nextProbe(), kStart + 5s);
}

void TestCircuitBreaker::aSuccessfulProbeCloses()
{
    CircuitBreaker breaker = opened();
    const TimePoint at = breaker.nextProbe();
    QCOMPARE(breaker.state(at - 1ns), State::Open);
    QCOMPARE(breaker.state(at), State::HalfOpen);
    breaker.startSent(kProbe, at);
    QVERIFY(!breaker.mayStart(at));
    QCOMPARE(breaker.state(at), State::HalfOpen);
    breaker.startEnded(kProbe, "a", Verdict::Works, at);
    QCOMPARE(breaker.state(at), State::Closed);
    QCOMPARE(breaker.nextProbe(), TimePoint{});
    QVERIFY(breaker.mayStart(at));
}

/// When one account fails all probes, perhaps no other account has a start request to send. When one has, its
/// probe must not wait long.
void TestCircuitBreaker::oneBadAccountDoesNotKeepItOpen()
{
    CircuitBreaker breaker({3, 2, 250ms, 5000ms});
    fail(breaker, "bad", 2);
    fail(breaker, "b", 2);
    for (const char *account : {"bad", "b", "c", "d", "bad"})
        probe(breaker, account, Verdict::Fails);
    for (int i = 0; i < 10; ++i)
        QCOMPARE(probe(breaker, "bad", Verdict::Fails), Duration(250ms));
    QCOMPARE(probe(breaker, "b", Verdict::Fails), Duration(500ms));
    // A connection failure affects all accounts, so the breaker forgets which account failed last.
    QCOMPARE(probe(breaker, "b", Verdict::Unreachable), Duration(1000ms));
    QCOMPARE(probe(breaker, "b", Verdict::Fails), Duration(2000ms));
    QCOMPARE(probe(breaker, "b", Verdict::Fails), Duration(250ms));
}

void TestCircuitBreaker::anImpatientProbeDoesNotKeepItOpen()
{
    CircuitBreaker breaker({3, 2, 250ms, 5000ms});
    fail(breaker, "a", 3, Verdict::Unreachable);
    for (int i = 0; i < 10; ++i)
        QCOMPARE(probe(breaker, "a", Verdict::Nothing), Duration(250ms));
    QVERIFY(breaker.isOpen());
}

/// Start requests sent before the circuit opened fail later. These failures must not delay the next probe.
void TestCircuitBreaker::lateFailuresDoNotProlong()
{
    CircuitBreaker breaker = opened();
    for (int i = 0; i < 100; ++i)
        breaker.startEnded(kOther, "b", Verdict::Unreachable, kStart + 900ms);
    QCOMPARE(breaker.nextProbe(), kStart + 1s);
    breaker.startSent(kProbe, kStart + 1s);
    breaker.startEnded(kOther, "b", Verdict::Fails, kStart + 1s);
    QCOMPARE(breaker.state(kStart + 1s), State::HalfOpen);
    // A late success closes the circuit, as a success of the probe does.
    breaker.startEnded(kOther, "b", Verdict::Works, kStart + 1s);
    QCOMPARE(breaker.state(kStart + 1s), State::Closed);
}

void TestCircuitBreaker::aProbeWithoutVerdictIsNotTheLast()
{
    CircuitBreaker breaker = opened();
    breaker.startSent(kProbe, kStart + 1s);
    QVERIFY(!breaker.mayStart(kStart + 2s));
    QCOMPARE(breaker.nextProbe(), kStart + 3s);
    QVERIFY(breaker.mayStart(kStart + 3s));
    breaker.startSent(kProbe + 1, kStart + 3s);
    QCOMPARE(breaker.nextProbe(), kStart + 7s);
    // Probes end without a verdict. The end of the first probe changes nothing; only the end of the last
    // probe does.
    breaker.startEnded(kProbe, "a", Verdict::Nothing, kStart + 4s);
    QCOMPARE(breaker.nextProbe(), kStart + 7s);
    breaker.startEnded(kProbe + 1, "a", Verdict::Nothing, kStart + 4s);
    QCOMPARE(breaker.nextProbe(), kStart + 5s);
}

void TestCircuitBreaker::neverOpensWithoutALimit()
{
    for (const int failures : {0, -1}) {
        CircuitBreaker breaker({failures, 2, 250ms, 2000ms});
        fail(breaker, "a", 1000, Verdict::Unreachable);
        QVERIFY(breaker.mayStart(kStart));
        QCOMPARE(breaker.state(kStart), State::Closed);
    }
}

void TestCircuitBreaker::limitsChangeOnTheWay()
{
    CircuitBreaker breaker = opened();
    breaker.setLimits({5, 2, 100ms, 1000ms});
    QVERIFY2(!breaker.mayStart(kStart + 999ms), "an open circuit stays open until its next probe");
    probe(breaker, "a", Verdict::Unreachable);
    QCOMPARE(probe(breaker, "a", Verdict::Unreachable), Duration(1s));
    breaker.setLimits({0, 2, 100ms, 1000ms});
    QVERIFY(breaker.mayStart(kStart));
    QCOMPARE(breaker.state(kStart), State::Closed);
}

void TestCircuitBreaker::words()
{
    QCOMPARE(name(State::Closed), "closed"_L1);
    QCOMPARE(name(State::Open), "open"_L1);
    QCOMPARE(name(State::HalfOpen), "half_open"_L1);
}

HOLDLINE_TEST(TestCircuitBreaker)
#include "tst_circuitbreaker.moc"
