// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHashFunctions>

#include <cstdint>
#include <map>
#include <unordered_map>

namespace holdline {

/// The counters of a JobServer since it was made. Plain data, shown by GET /stats.
struct JobServerStats
{
    std::uint64_t requests = 0;    ///< received start requests, with any result
    std::uint64_t refused = 0;     ///< malformed or over-limit start requests (4xx, 503), without faults
    std::uint64_t leftBefore = 0;  ///< start requests aborted before their turn; no job was started
    std::uint64_t starts = 0;      ///< started jobs
    std::uint64_t blockingStarts = 0;
    std::uint64_t asyncStarts = 0;
    /// Started jobs whose Idempotency-Key had already started another job (of the last million keys).
    std::uint64_t duplicateStarts = 0;
    /// With idempotentStarts: start requests that got the answer of an earlier request with the same key.
    std::uint64_t repeatedStarts = 0;
    std::uint64_t finished = 0;     ///< ended jobs, also "failed" ones
    std::uint64_t running = 0;      ///< jobs that run now
    std::uint64_t mostRunning = 0;  ///< the most jobs at once

    /// The most connections served at once for one account. Never above --connections-per-account.
    int mostConnectionsOfOneAccount = 0;
    int longestLine = 0;  ///< the longest queue of one account
    int waiting = 0;      ///< requests that wait for their turn now

    /// Started jobs by account, for the first ten thousand accounts. Jobs of further accounts count in
    /// otherAccounts.
    std::unordered_map<QByteArray, std::uint64_t> accounts;
    std::uint64_t otherAccounts = 0;

    std::uint64_t callbacks = 0;  ///< callbacks to deliver, including the additional callbacks of faults
    std::uint64_t callbacksDelivered = 0;  ///< answered with 2xx in the end
    std::uint64_t callbacksGivenUp = 0;    ///< answered with 4xx, or not delivered after all attempts
    std::uint64_t callbackRetries = 0;
    int callbacksInFlight = 0;
    int callbacksQueued = 0;  ///< waiting for a free connection or for the next attempt
    /// Results of single attempts: "200 matched" (with the callback's outcome from the answer), "404",
    /// "connection_failed", "timeout".
    std::map<QByteArray, std::uint64_t> callbackAnswers;

    std::map<QByteArray, std::uint64_t> faults;  ///< injected faults by faultName()

    void countAccount(const QByteArray &account);

    /// Returns the counters as a JSON object. `perAccount` adds the member "accounts". Without that member,
    /// the text is always small.
    QByteArray toJson(bool perAccount) const;
};

}  // namespace holdline
