// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QLatin1StringView>

#include <cstdint>

namespace holdline {

/// Stops starts to an upstream that keeps failing, so that the upstream can recover and clients get an
/// answer at once (M. Nygard, "Release It!", stability patterns). The circuit opens after `failures` in a
/// row. After `openFor` it is half-open: one probe goes out, and its result closes or opens the circuit.
/// Pure: the caller passes `now`.
class CircuitBreaker
{
public:
    enum class State : std::uint8_t { Closed, Open, HalfOpen };
    struct Limits
    {
        int failures = 10;  ///< 0 switches the circuit breaker off
        std::chrono::milliseconds openFor{5000};
    };

    explicit CircuitBreaker(const Limits &limits) : m_limits(limits) {}
    void setLimits(const Limits &limits);

    /// True when a start may be sent now. A half-open circuit lets one start out, the probe. When the
    /// probe has no result after `openFor`, the next start is the probe, so that a lost result does
    /// not keep the circuit open for ever.
    bool mayStart(TimePoint now) const { return !m_open || now >= m_openUntil; }
    /// Call it when a start leaves, after mayStart() returned true.
    void startSent(TimePoint now);
    /// The upstream gave a valid answer. A refusal is one too.
    void succeeded();
    /// The upstream was unreachable, or answered 5xx, nothing or nonsense.
    void failed(TimePoint now);

    /// True when the circuit is open, or half-open while the probe is out: new requests are refused.
    bool refuses(TimePoint now) const { return !mayStart(now); }
    /// The time at which mayStart() becomes true again. The epoch when the circuit is closed.
    TimePoint openUntil() const { return m_openUntil; }
    State state(TimePoint now) const;

private:
    void open(TimePoint now);

    Limits m_limits;
    int m_failuresInARow = 0;
    bool m_open = false;
    bool m_probeOut = false;
    TimePoint m_openUntil{};
};

inline constexpr int kCircuitStateCount = static_cast<int>(CircuitBreaker::State::HalfOpen) + 1;
/// "closed", "open", "half_open".
QLatin1StringView name(CircuitBreaker::State state);

}  // namespace holdline
