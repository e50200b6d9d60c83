// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHashFunctions>

#include <cstdint>
#include <map>
#include <unordered_map>

namespace holdline {

/// What a JobServer has done since it was made. Plain counters; GET /stats shows them.
struct JobServerStats
{
    std::uint64_t requests = 0;    ///< starts asked for, whatever became of them
    std::uint64_t refused = 0;     ///< of them malformed or beyond a limit (4xx, 503), faults not counted
    std::uint64_t leftBefore = 0;  ///< of them gone before their turn: no job
    std::uint64_t starts = 0;      ///< jobs started
    std::uint64_t blockingStarts = 0;
    std::uint64_t asyncStarts = 0;
    /// Jobs started whose Idempotency-Key had already started one (of the last million keys).
    std::uint64_t duplicateStarts = 0;
    /// With idempotentStarts: starts that were answered as the first one with their key, and started no job.
    std::uint64_t repeatedStarts = 0;
    std::uint64_t finished = 0;     ///< jobs that have run to their end, "failed" ones included
    std::uint64_t running = 0;      ///< jobs that run now
    std::uint64_t mostRunning = 0;  ///< at once

    /// The largest number of connections served at once for one account; never above
    /// --connections-per-account.
    int mostConnectionsOfOneAccount = 0;
    int longestLine = 0;  ///< of requests of one account that waited for their turn
    int waiting = 0;      ///< requests that wait for their turn now

    /// Jobs started by account, for the first ten thousand accounts; the others together in otherAccounts.
    std::unordered_map<QByteArray, std::uint64_t> accounts;
    std::uint64_t otherAccounts = 0;

    std::uint64_t callbacks = 0;           ///< to be delivered, the additional ones of faults included
    std::uint64_t callbacksDelivered = 0;  ///< answered with 2xx in the end
    std::uint64_t callbacksGivenUp = 0;    ///< answered with 4xx, or not delivered in spite of all retries
    std::uint64_t callbackRetries = 0;
    int callbacksInFlight = 0;
    int callbacksQueued = 0;  ///< wait for a free place or for their retry
    /// Answers to single deliveries: "200 matched" (with the word of the answer), "404", "connection_failed",
    /// "timeout".
    std::map<QByteArray, std::uint64_t> callbackAnswers;

    std::map<QByteArray, std::uint64_t> faults;  ///< injected, by faultName()

    void countAccount(const QByteArray &account);

    /// `perAccount` adds the member "accounts"; without it the answer is small whatever ran.
    QByteArray toJson(bool perAccount) const;
};

}  // namespace holdline
