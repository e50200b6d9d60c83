// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/jobserver/accountturns.h"
#include "service/jobserver/faults.h"

#include <QByteArray>

#include <chrono>
#include <cstdint>
#include <map>

namespace holdline {

using namespace std::chrono_literals;

/// How a JobServer behaves. Plain data; the defaults are the faithful server.
struct JobServerOptions
{
    std::chrono::milliseconds duration = 500ms;  ///< of the jobs of every account that has none of its own
    /// By account; ACCOUNT-0, ACCOUNT-1 … (what `jobclient --accounts` makes of a name) go with ACCOUNT.
    std::map<QByteArray, std::chrono::milliseconds> durationsOf;
    /// How long the start itself takes, its account's turn being held: the real server passed one per 6.5 ms.
    std::chrono::milliseconds startLatency = 0ms;
    int connectionsPerAccount = 1;
    SlotScope slot = SlotScope::Request;
    /// A start with wait:false whose Idempotency-Key has started a job already (of the last million) starts
    /// none, and is answered as that one was: what a good upstream does, and the original does not.
    bool idempotentStarts = false;

    std::uint64_t seed = 0;  ///< of ids and faults: the same seed and the same order of starts repeat a run
    QByteArray secret;       ///< of the proofs

    int callbackRetries = 3;  ///< further deliveries of a callback after a connection failure or a 5xx
    std::chrono::milliseconds callbackBackoff = 100ms;  ///< before the first of them; doubled each time
    std::chrono::milliseconds callbackTimeout = 10s;    ///< of one delivery
    int callbacksAtOnce = 512;                          ///< the others wait

    int maxConnections = 15'000;
    FaultOptions faults;

    std::chrono::milliseconds durationFor(const QByteArray &account) const
    {
        if (durationsOf.empty())
            return duration;
        auto it = durationsOf.find(account);
        const qsizetype hyphen = account.lastIndexOf('-');
        if (it == durationsOf.end() && hyphen > 0) {
            bool isNumber = false;
            account.mid(hyphen + 1).toUInt(&isNumber);
            if (isNumber)
                it = durationsOf.find(account.first(hyphen));
        }
        return it == durationsOf.end() ? duration : it->second;
    }
};

}  // namespace holdline
