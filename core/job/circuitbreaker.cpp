// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/circuitbreaker.h"

#include "core/base/enumtable.h"

namespace holdline {

using namespace Qt::StringLiterals;

void CircuitBreaker::setLimits(const Limits &limits)
{
    m_limits = limits;
    if (m_limits.failures <= 0)
        succeeded();
}

void CircuitBreaker::startSent(TimePoint now)
{
    if (!m_open || now < m_openUntil)
        return;
    m_probeOut = true;
    m_openUntil = now + m_limits.openFor;
}

void CircuitBreaker::succeeded()
{
    m_failuresInARow = 0;
    m_open = false;
    m_probeOut = false;
    m_openUntil = {};
}

void CircuitBreaker::failed(TimePoint now)
{
    if (m_limits.failures <= 0)
        return;
    if (m_open) {
        // Starts that left before the circuit opened may still fail. Only the failure of the probe
        // keeps it open longer.
        if (m_probeOut)
            open(now);
        return;
    }
    if (++m_failuresInARow >= m_limits.failures)
        open(now);
}

void CircuitBreaker::open(TimePoint now)
{
    m_open = true;
    m_probeOut = false;
    m_failuresInARow = 0;
    m_openUntil = now + m_limits.openFor;
}

CircuitBreaker::State CircuitBreaker::state(TimePoint now) const
{
    if (!m_open)
        return State::Closed;
    return m_probeOut || now >= m_openUntil ? State::HalfOpen : State::Open;
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
