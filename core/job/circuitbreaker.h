// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/lanes.h"

#include <QByteArrayView>
#include <QLatin1StringView>

#include <array>
#include <cstdint>
#include <optional>

namespace holdline {

/// Stops starts to an upstream that fails for everybody, so that it can recover (M. Nygard, "Release It!",
/// stability patterns). It opens after a run of `failures` without a success of anybody in between.
///
/// Only what concerns all moves it. A connection failure always counts. A failed answer may concern one
/// account only. So failed answers count when they come from `accounts` different accounts, and no account
/// counts for more than its part of `failures`.
///
/// An open circuit lets out one start at a time, a probe: the first after `probeAfter`, then after twice the
/// time and so on, up to `openFor`. A success closes it. When the same account fails two probes running, or a
/// probe tells nothing, that says nothing about the other accounts. Then the next probe comes as early as
/// the first.
///
/// A value of fixed size. Pure: the caller passes `now`.
class CircuitBreaker
{
public:
    enum class State : std::uint8_t { Closed, Open, HalfOpen };
    /// The state of the upstream, as the end of a start shows it.
    enum class Verdict : std::uint8_t {
        Works,        ///< it answered below 500
        Unreachable,  ///< no connection, which concerns all accounts
        Fails,        ///< it answered 5xx, broke the connection or did not answer in time
        Nothing       ///< the start was given up before it could tell
    };
    struct Limits
    {
        int failures = 10;  ///< 0 switches the circuit breaker off
        int accounts = 3;   ///< 1 to kMostAccounts
        std::chrono::milliseconds probeAfter{250};
        std::chrono::milliseconds openFor{5000};
    };
    static constexpr int kMostAccounts = 16;

    explicit CircuitBreaker(const Limits &limits) : m_limits(limits) {}
    /// A circuit that is open stays open, unless the circuit breaker is switched off.
    void setLimits(const Limits &limits);

    /// True when a start may be sent now. An open circuit lets a probe out at nextProbe(). A probe without
    /// a result does not keep the next one back.
    bool mayStart(TimePoint now) const { return !m_open || now >= m_nextProbe; }
    /// Call it when the start of `job` leaves, after mayStart() returned true.
    void startSent(JobKey job, TimePoint now);
    /// The start of `job` is over. While the circuit is open, only successes and the last probe count:
    /// other starts that fail may have left before it opened.
    void startEnded(JobKey job, QByteArrayView account, Verdict verdict, TimePoint now);
    /// A callback proves that a start of unknown fate did arrive.
    void succeeded();

    bool isOpen() const { return m_open; }
    /// When the next probe may leave. The epoch when the circuit is closed.
    TimePoint nextProbe() const { return m_nextProbe; }
    State state(TimePoint now) const;

    /// The run of failures that opened the circuit, or that goes on.
    struct Run
    {
        int failures = 0;
        int unreachable = 0;  ///< of them, without a connection
        int accounts = 0;     ///< that got failed answers; kMostAccounts stands for more too

        friend bool operator==(const Run &, const Run &) = default;
    };
    const Run &run() const { return m_run; }

private:
    struct Failing
    {
        std::size_t account = 0;  ///< hash of its name
        int failures = 0;         ///< at most the part of one account
    };

    int accountPart() const;
    int counted() const;
    void count(QByteArrayView account, Verdict verdict);
    void probeEnded(QByteArrayView account, Verdict verdict, TimePoint now);
    void open(TimePoint now);
    std::chrono::milliseconds firstPause() const;

    Limits m_limits;
    Run m_run;
    /// The accounts of the run, as many as m_run.accounts. Further accounts are only counted.
    std::array<Failing, kMostAccounts> m_failing;
    int m_others = 0;

    bool m_open = false;
    TimePoint m_nextProbe{};
    std::chrono::milliseconds m_pause{0};     ///< between the last probe and the next one
    std::optional<JobKey> m_probe;            ///< the job of the last probe, while it is out
    std::optional<std::size_t> m_failedLast;  ///< hash of the account whose probe failed last
};

inline constexpr int kCircuitStateCount = static_cast<int>(CircuitBreaker::State::HalfOpen) + 1;
/// The worse of two states: open, then half open.
CircuitBreaker::State worse(CircuitBreaker::State one, CircuitBreaker::State other);
/// "closed", "open", "half_open".
QLatin1StringView name(CircuitBreaker::State state);

}  // namespace holdline
