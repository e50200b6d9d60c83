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

/// Stops start requests to an upstream that fails for all accounts, so that the upstream can recover (M.
/// Nygard, "Release It!", stability patterns). The circuit opens after `failures` failures in a row, without
/// a success of any account in between.
///
/// Failures of only one account must not open the circuit. A connection failure always counts, because it
/// concerns all accounts. Failed answers count only when they come from at least `accounts` different
/// accounts. One account counts for at most `failures` / `accounts` of them, rounded up.
///
/// An open circuit lets one start request through at a time, a probe. The first probe may be sent after
/// `probeAfter`. The pause is doubled after each probe, up to `openFor`. A success closes the circuit. When
/// the same account fails two probes in a row, or a probe ends without a verdict, nothing is known about the
/// other accounts. Then the next probe comes after the pause of the first one.
///
/// A value of fixed size. Pure: the caller passes `now`.
class CircuitBreaker
{
public:
    enum class State : std::uint8_t { Closed, Open, HalfOpen };
    /// What the end of a start request shows about the upstream.
    enum class Verdict : std::uint8_t {
        Works,        ///< the upstream answered with a status below 500
        Unreachable,  ///< no connection was possible, which concerns all accounts
        Fails,        ///< the upstream answered 5xx, broke the connection or did not answer in time
        Nothing       ///< the start request was given up before its result was known
    };
    struct Limits
    {
        int failures = 10;  ///< failures in a row that open the circuit; 0: it never opens
        int accounts = 3;   ///< accounts that must have failed answers, 1 to kMostAccounts
        std::chrono::milliseconds probeAfter{250};  ///< pause before the first probe
        std::chrono::milliseconds openFor{5000};    ///< longest pause between two probes
    };
    static constexpr int kMostAccounts = 16;

    explicit CircuitBreaker(const Limits &limits) : m_limits(limits) {}
    /// Changes the limits. An open circuit stays open, unless `failures` is 0.
    void setLimits(const Limits &limits);

    /// Returns whether a start request may be sent now. An open circuit lets a probe through at nextProbe(),
    /// also when the probe before has not ended yet.
    bool mayStart(TimePoint now) const { return !m_open || now >= m_nextProbe; }
    /// Call this function when the start request of `job` is sent, after mayStart() returned true.
    void startSent(JobKey job, TimePoint now);
    /// Call this function when the start request of `job` has ended. While the circuit is open, only
    /// successes and the last probe count: other failed start requests may have been sent before the circuit
    /// opened.
    void startEnded(JobKey job, QByteArrayView account, Verdict verdict, TimePoint now);
    /// Closes the circuit. Also called for a callback that proves that a start request without an answer did
    /// arrive.
    void succeeded();

    bool isOpen() const { return m_open; }
    /// Returns when the next probe may be sent. The epoch of the clock when the circuit is closed.
    TimePoint nextProbe() const { return m_nextProbe; }
    State state(TimePoint now) const;

    /// The failures in a row: those that opened the circuit, or those so far.
    struct Run
    {
        int failures = 0;     ///< all failures
        int unreachable = 0;  ///< failures without a connection
        int accounts = 0;     ///< accounts with failed answers; kMostAccounts means at least so many

        friend bool operator==(const Run &, const Run &) = default;
    };
    const Run &run() const { return m_run; }

private:
    struct Failing
    {
        std::size_t account = 0;  ///< hash of the account's name
        int failures = 0;         ///< failed answers, at most accountPart()
    };

    int accountPart() const;
    int counted() const;
    void count(QByteArrayView account, Verdict verdict);
    void probeEnded(QByteArrayView account, Verdict verdict, TimePoint now);
    void open(TimePoint now);
    std::chrono::milliseconds firstPause() const;

    Limits m_limits;
    Run m_run;
    /// The first m_run.accounts entries are the accounts with failed answers in m_run.
    std::array<Failing, kMostAccounts> m_failing;
    int m_others = 0;  ///< failed answers of accounts beyond kMostAccounts

    bool m_open = false;
    TimePoint m_nextProbe{};
    std::chrono::milliseconds m_pause{0};  ///< between the last probe and the next one
    std::optional<JobKey> m_probe;  ///< the job of the last probe, while its start request is in flight
    std::optional<std::size_t> m_failedLast;  ///< hash of the account whose probe failed last
};

inline constexpr int kCircuitStateCount = static_cast<int>(CircuitBreaker::State::HalfOpen) + 1;
/// Returns the worse of two states. Open is worse than half open, and half open is worse than closed.
CircuitBreaker::State worse(CircuitBreaker::State one, CircuitBreaker::State other);
/// "closed", "open", "half_open".
QLatin1StringView name(CircuitBreaker::State state);

}  // namespace holdline
