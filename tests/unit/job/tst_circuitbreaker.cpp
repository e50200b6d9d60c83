// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/circuitbreaker.h"
#include "tests/support/suite.h"

#include <QTest>

#include <array>
#include <vector>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = CircuitBreaker::State;

namespace {

constexpr TimePoint kStart{1'000h};
constexpr CircuitBreaker::Limits kLimits{3, std::chrono::milliseconds(2000)};

/// The inputs of a breaker. A tick is half of openFor.
enum class Step { Start, Success, Failure, Tick };
constexpr std::array<char, 4> kNames{'s', '+', '-', '.'};

/// A breaker that stores its whole history and answers each query by replaying it.
class Model
{
public:
    void add(Step step)
    {
        m_steps.push_back(step);
        read();
    }

    TimePoint now() const { return kStart + m_now * 1000ms; }
    bool mayStart() const { return m_state == State::Closed || m_now >= m_until; }
    State state() const
    {
        if (m_state == State::Closed)
            return State::Closed;
        return m_probe || m_now >= m_until ? State::HalfOpen : State::Open;
    }
    QByteArray text() const
    {
        QByteArray text;
        for (const Step step : m_steps)
            text.append(kNames[static_cast<std::size_t>(step)]);
        return text;
    }
    TimePoint until() const { return m_state == State::Closed ? TimePoint{} : kStart + m_until * 1000ms; }

private:
    void read()
    {
        m_state = State::Closed;
        m_now = m_until = m_run = 0;
        m_probe = false;
        for (const Step step : m_steps) {
            switch (step) {
                case Step::Tick:
                    ++m_now;
                    break;
                case Step::Success:
                    m_state = State::Closed;
                    m_run = 0;
                    m_probe = false;
                    break;
                case Step::Start:
                    if (m_state == State::Open && m_now >= m_until) {
                        m_probe = true;
                        m_until = m_now + 2;
                    }
                    break;
                case Step::Failure:
                    // While open, only the probe's failure counts.
                    if (m_state == State::Open ? m_probe : ++m_run == 3) {
                        m_state = State::Open;
                        m_probe = false;
                        m_run = 0;
                        m_until = m_now + 2;
                    }
                    break;
            }
        }
    }

    std::vector<Step> m_steps;
    State m_state = State::Closed;
    int m_now = 0;
    int m_until = 0;
    int m_run = 0;
    bool m_probe = false;
};

/// Walks all sequences of up to `depth` more steps and returns their number.
int walk(const CircuitBreaker &breaker, const Model &model, int depth, QByteArray *wrong)
{
    int walked = 0;
    for (std::size_t i = 0; i < kNames.size() && depth > 0 && wrong->isEmpty(); ++i) {
        const auto step = static_cast<Step>(i);
        // A start requires permission from mayStart().
        if (step == Step::Start && !model.mayStart())
            continue;
        CircuitBreaker next = breaker;
        Model nextModel = model;
        nextModel.add(step);
        const TimePoint now = nextModel.now();
        switch (step) {
            case Step::Start:
                next.startSent(now);
                break;
            case Step::Success:
                next.succeeded();
                break;
            case Step::Failure:
                next.failed(now);
                break;
            case Step::Tick:
                break;
        }
        if (next.mayStart(now) != nextModel.mayStart() || next.refuses(now) == nextModel.mayStart() ||
            next.state(now) != nextModel.state() || next.openUntil() != nextModel.until()) {
            *wrong = nextModel.text();
            return walked;
        }
        walked += 1 + walk(next, nextModel, depth - 1, wrong);
    }
    return walked;
}

CircuitBreaker opened(TimePoint now)
{
    CircuitBreaker breaker(kLimits);
    for (int i = 0; i < 3; ++i)
        breaker.failed(now);
    return breaker;
}

}  // namespace

class TestCircuitBreaker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySequence();
    void opensOnARunOfFailures();
    void oneProbeDecides();
    void lateFailuresDoNotProlong();
    void aProbeWithoutVerdictIsNotTheLast();
    void neverOpensWithoutALimit();
    void limitsChangeOnTheWay();
    void words();
};

/// Every sequence of up to nine starts, successes, failures and ticks.
void TestCircuitBreaker::everySequence()
{
    QByteArray wrong;
    const int walked = walk(CircuitBreaker(kLimits), Model(), 9, &wrong);
    QVERIFY2(wrong.isEmpty(), wrong.constData());
    QVERIFY(walked > 100'000);
    qInfo("%d sequences", walked);
}

void TestCircuitBreaker::opensOnARunOfFailures()
{
    CircuitBreaker breaker(kLimits);
    breaker.failed(kStart);
    breaker.failed(kStart);
    breaker.succeeded();
    breaker.failed(kStart);
    breaker.failed(kStart);
    QVERIFY(breaker.mayStart(kStart));
    breaker.failed(kStart);
    QVERIFY(!breaker.mayStart(kStart));
    QVERIFY(!breaker.mayStart(kStart + 1999ms));
    QCOMPARE(breaker.openUntil(), kStart + 2s);
    QVERIFY(breaker.mayStart(kStart + 2s));
}

void TestCircuitBreaker::oneProbeDecides()
{
    for (const bool works : {true, false}) {
        CircuitBreaker breaker = opened(kStart);
        const TimePoint later = kStart + 3s;
        QCOMPARE(breaker.state(later), State::HalfOpen);
        QVERIFY(breaker.mayStart(later));
        breaker.startSent(later);
        QVERIFY(breaker.refuses(later));
        QCOMPARE(breaker.state(later), State::HalfOpen);
        if (works)
            breaker.succeeded();
        else
            breaker.failed(later + 100ms);
        QCOMPARE(breaker.state(later + 100ms), works ? State::Closed : State::Open);
        QCOMPARE(breaker.mayStart(later + 100ms), works);
        QCOMPARE(breaker.openUntil(), works ? TimePoint{} : later + 2100ms);
    }
}

/// Starts that left before the breaker opened fail later. These failures must not delay the next probe.
void TestCircuitBreaker::lateFailuresDoNotProlong()
{
    CircuitBreaker breaker = opened(kStart);
    for (int i = 0; i < 100; ++i)
        breaker.failed(kStart + 1s);
    QCOMPARE(breaker.openUntil(), kStart + 2s);
    QVERIFY(breaker.mayStart(kStart + 2s));
}

void TestCircuitBreaker::aProbeWithoutVerdictIsNotTheLast()
{
    CircuitBreaker breaker = opened(kStart);
    breaker.startSent(kStart + 2s);
    QVERIFY(!breaker.mayStart(kStart + 3s));
    QCOMPARE(breaker.openUntil(), kStart + 4s);
    QVERIFY(breaker.mayStart(kStart + 4s));
    breaker.startSent(kStart + 4s);
    QVERIFY(!breaker.mayStart(kStart + 5s));
}

void TestCircuitBreaker::neverOpensWithoutALimit()
{
    for (const int failures : {0, -1}) {
        CircuitBreaker breaker({failures, 2000ms});
        for (int i = 0; i < 1000; ++i)
            breaker.failed(kStart);
        QVERIFY(breaker.mayStart(kStart));
        QCOMPARE(breaker.state(kStart), State::Closed);
    }
}

void TestCircuitBreaker::limitsChangeOnTheWay()
{
    CircuitBreaker breaker = opened(kStart);
    breaker.setLimits({5, 1000ms});
    QVERIFY2(!breaker.mayStart(kStart + 1s), "what is open stays so for the time it was opened for");
    breaker.startSent(kStart + 2s);
    breaker.failed(kStart + 2s);
    QVERIFY(breaker.mayStart(kStart + 3s));
    breaker.setLimits({0, 1000ms});
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
