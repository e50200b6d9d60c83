// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QLatin1StringView>

namespace holdline {

/// Stops starts to an upstream that fails time after time, so that it can recover and clients hear of it at
/// once (M. Nygard, "Release It!", stability patterns). Closed → open after `failures` in a row → half-open
/// after `openFor`: one probe goes out and decides. Pure: `now` is passed in.
class CircuitBreaker
{
public:
    enum class State { Closed, Open, HalfOpen };
    struct Limits
    {
        int failures = 10;  ///< 0: never opens
        std::chrono::milliseconds openFor{5000};
    };

    explicit CircuitBreaker(const Limits &limits) : m_limits(limits) {}
    void setLimits(const Limits &limits);

    /// Whether a start may be sent now. In half-open state one may, the probe; the next one only when
    /// `openFor` passed without a verdict, so that a probe nobody reports on does not keep the circuit open
    /// for ever.
    bool mayStart(TimePoint now) const { return !m_open || now >= m_openUntil; }
    /// A start is being sent; the caller asked mayStart() before.
    void startSent(TimePoint now);
    /// The upstream answered sensibly, be it with a refusal.
    void succeeded();
    /// The upstream failed: unreachable, 5xx, no or unreadable answer.
    void failed(TimePoint now);

    /// Open, or half-open with the probe out: new requests are refused.
    bool refuses(TimePoint now) const { return !mayStart(now); }
    /// When mayStart() turns true by time alone; the epoch when it is closed.
    TimePoint openUntil() const { return m_openUntil; }
    State state(TimePoint now) const;
    /// How often it opened.
    int openings() const { return m_openings; }

private:
    void open(TimePoint now);

    Limits m_limits;
    int m_failuresInARow = 0;
    int m_openings = 0;
    bool m_open = false;
    bool m_probeOut = false;
    TimePoint m_openUntil{};
};

/// "closed", "open", "half_open".
QLatin1StringView name(CircuitBreaker::State state);

}  // namespace holdline
