// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/circuitbreaker.h"
#include "core/job/lanes.h"
#include "core/job/problem.h"

#include <optional>

namespace holdline {

/// The state of the service that refusal() uses.
struct AdmissionView
{
    bool draining = false;                      ///< the service is shutting down
    std::chrono::milliseconds drainTimeout{0};  ///< used as Retry-After while draining
    int held = 0;                               ///< requests held now
    int heldLimit = 0;                          ///< most requests held at once
    /// Shortest recent job duration. Empty when unknown, and for a request with `wait:false`, which does not
    /// wait for the job.
    std::optional<Duration> jobTime;
    /// Shortest recent job duration, also for a request with `wait:false`. Empty when unknown.
    std::optional<Duration> placeTime{};
};

/// Returns the problem for a request that is refused because the service is shutting down.
Problem drainingProblem(std::chrono::milliseconds retryAfter, const QByteArray &job = {});

/// Returns the problem for an account that uses its share (`limits.account_share`) of `what`, such as "held
/// requests". Retry-After is 1 s.
Problem overShare(const QString &what);

/// Decides whether a new request may be held. Returns nothing if so. Otherwise returns the problem to send as
/// the answer: draining, overloaded, circuit_open, lane_full, account_limit or deadline_unreachable. Pure.
///
/// `circuit` is the circuit breaker of the account's upstream. An open circuit refuses only requests whose
/// deadline is not after the next probe; other requests may wait.
///
/// `deadline_unreachable` means that the deadline would pass before the answer: the expected wait for the
/// start, plus the shortest recent job duration, is longer than the time to the deadline. A request for an
/// empty lane is refused so only when the lane's rate alone forbids a start before the deadline. Otherwise
/// the request is tried, because the service would never notice that the upstream has become faster.
std::optional<Problem> refusal(const AdmissionView &view, const Lanes &lanes, const CircuitBreaker &circuit,
                               const QByteArray &account, TimePoint now, TimePoint deadline);

}  // namespace holdline
