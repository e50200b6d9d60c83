// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/circuitbreaker.h"

#include "core/base/enumtable.h"

#include <QHashFunctions>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Counts of failures stop here, so that they cannot overflow.
constexpr int kLongestRun = 1'000'000'000;

/// Returns a hash with the process's random seed. Account names come from outside, and two names with the
/// same hash would count as one account.
std::size_t hashOf(QByteArrayView account)
{
    return qHash(account, static_cast<std::size_t>(QHashSeed::globalSeed()));
}

}  // namespace

void CircuitBreaker::setLimits(const Limits &limits)
{
    m_limits = limits;
    if (m_limits.failures <= 0)
        succeeded();
}

void CircuitBreaker::startSent(JobKey job, TimePoint now)
{
    if (!m_open || now < m_nextProbe)
        return;
    m_probe = job;
    m_nextProbe = now + m_pause;
    m_pause = std::min(m_pause * 2, m_limits.openFor);
}

void CircuitBreaker::startEnded(JobKey job, QByteArrayView account, Verdict verdict, TimePoint now)
{
    if (verdict == Verdict::Works) {
        succeeded();
    } else if (m_open) {
        if (m_probe == job)
            probeEnded(account, verdict, now);
    } else if (m_limits.failures > 0 && verdict != Verdict::Nothing) {
        count(account, verdict);
        if (counted() >= m_limits.failures)
            open(now);
    }
}

void CircuitBreaker::succeeded()
{
    m_run = {};
    m_others = 0;
    m_open = false;
    m_nextProbe = {};
    m_probe.reset();
    m_failedLast.reset();
}

void CircuitBreaker::count(QByteArrayView account, Verdict verdict)
{
    m_run.failures = std::min(m_run.failures + 1, kLongestRun);
    if (verdict == Verdict::Unreachable) {
        m_run.unreachable = std::min(m_run.unreachable + 1, kLongestRun);
        return;
    }
    const std::size_t hash = hashOf(account);
    const auto end = m_failing.begin() + m_run.accounts;
    const auto known =
        std::find_if(m_failing.begin(), end, [hash](const Failing &f) { return f.account == hash; });
    if (known != end)
        known->failures = std::min(known->failures + 1, accountPart());
    else if (m_run.accounts < kMostAccounts)
        m_failing[static_cast<std::size_t>(m_run.accounts++)] = {hash, 1};
    else
        m_others = std::min(m_others + 1, kLongestRun);
}

/// Returns the largest number of failures that count for one account, so that fewer than `accounts` accounts
/// cannot open the circuit.
int CircuitBreaker::accountPart() const
{
    return (m_limits.failures + m_limits.accounts - 1) / m_limits.accounts;
}

int CircuitBreaker::counted() const
{
    if (m_run.accounts < m_limits.accounts)
        return m_run.unreachable;
    int answers = m_others;
    for (int i = 0; i < m_run.accounts; ++i)
        answers += m_failing[static_cast<std::size_t>(i)].failures;
    return m_run.unreachable + answers;
}

milliseconds CircuitBreaker::firstPause() const
{
    return std::min(m_limits.probeAfter, m_limits.openFor);
}

void CircuitBreaker::open(TimePoint now)
{
    m_open = true;
    m_nextProbe = now + firstPause();
    m_pause = std::min(firstPause() * 2, m_limits.openFor);
}

void CircuitBreaker::probeEnded(QByteArrayView account, Verdict verdict, TimePoint now)
{
    m_probe.reset();
    bool concernsAll = verdict == Verdict::Unreachable;
    if (verdict == Verdict::Fails) {
        const std::size_t hash = hashOf(account);
        concernsAll = m_failedLast != hash;
        m_failedLast = hash;
    } else if (concernsAll) {
        m_failedLast.reset();
    }
    if (concernsAll)
        return;
    m_nextProbe = std::min(m_nextProbe, now + firstPause());
    m_pause = std::min(firstPause() * 2, m_limits.openFor);
}

CircuitBreaker::State CircuitBreaker::state(TimePoint now) const
{
    if (!m_open)
        return State::Closed;
    return m_probe || now >= m_nextProbe ? State::HalfOpen : State::Open;
}

CircuitBreaker::State worse(CircuitBreaker::State one, CircuitBreaker::State other)
{
    const auto badness = [](CircuitBreaker::State state) {
        return state == CircuitBreaker::State::Closed ? 0 : state == CircuitBreaker::State::HalfOpen ? 1 : 2;
    };
    return badness(one) < badness(other) ? other : one;
}

QLatin1StringView name(CircuitBreaker::State state)
{
    static constexpr EnumTexts<CircuitBreaker::State, kCircuitStateCount> kTexts({
        {CircuitBreaker::State::Closed, "closed"_L1},
        {CircuitBreaker::State::Open, "open"_L1},
        {CircuitBreaker::State::HalfOpen, "half_open"_L1},
    });
    return kTexts[state];
}

}  // namespace holdline
