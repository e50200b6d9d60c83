// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/circuitbreaker.h"
#include "core/job/lanes.h"
#include "core/job/problem.h"

#include <optional>

namespace holdline {

/// The state of the service that refusal() judges by.
struct AdmissionView
{
    bool draining = false;
    std::chrono::milliseconds drainTimeout{0};
    int held = 0;
    int heldLimit = 0;
    std::optional<Duration> jobTime;  ///< minimum of measured jobs; empty for a request that passes through
    std::optional<Duration> placeTime{};  ///< the same for a request that passes through too
};

/// The refusal of a service that is shutting down.
Problem drainingProblem(std::chrono::milliseconds retryAfter, const QByteArray &job = {});

/// The account uses its share (`limits.account_share`) of `what`: "held requests". Retry-After: 1 s.
Problem overShare(const QString &what);

/// Decides at once whether a request may be held. Returns nothing when it may. Otherwise returns the
/// problem to send as the answer: draining, overloaded, circuit_open, lane_full, account_limit or
/// deadline_unreachable.
/// `circuit` is that of the account's upstream. An open circuit refuses only what has its deadline before the
/// next probe. Everything else may wait.
/// `deadline_unreachable` means that the time until the lane's limits let the job start, plus the duration of
/// the fastest recent job, exceeds the deadline. An empty lane always gets a try, unless its rate alone
/// forbids a start before the deadline. Without that try the service would never notice that the upstream has
/// become faster. Pure.
std::optional<Problem> refusal(const AdmissionView &view, const Lanes &lanes, const CircuitBreaker &circuit,
                               const QByteArray &account, TimePoint now, TimePoint deadline);

}  // namespace holdline
