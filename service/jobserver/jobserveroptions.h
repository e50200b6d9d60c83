// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/profile/profile.h"
#include "service/jobserver/accountturns.h"
#include "service/jobserver/faults.h"

#include <QByteArray>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

namespace holdline {

using namespace std::chrono_literals;

/// The behaviour of a JobServer. Plain data. The defaults give the behaviour of the real server.
struct JobServerOptions
{
    std::chrono::milliseconds duration = 500ms;  ///< of jobs of accounts without their own duration
    /// By account. An entry for ACCOUNT also applies to ACCOUNT-0, ACCOUNT-1 …, which `jobclient --accounts`
    /// uses.
    std::map<QByteArray, std::chrono::milliseconds> durationsOf;
    /// The time from the begin of a request's turn to the start of its job. The account's turn is in use
    /// meanwhile. The real server needed 6.5 ms.
    std::chrono::milliseconds startLatency = 0ms;
    int connectionsPerAccount = 1;
    SlotScope slot = SlotScope::Request;
    /// When true, a start request (wait:false) with the Idempotency-Key of an earlier job starts no job and
    /// gets the earlier answer. The last million keys are stored. A good upstream does this, the real job
    /// server does not.
    bool idempotentStarts = false;

    std::uint64_t seed = 0;  ///< of ids and faults; the same seed and order of start requests repeat a run
    QByteArray secret;       ///< the key of the proofs, or of the profile's callbacks

    /// Number of progress callbacks of each job. They are sent at equal intervals before the job's end, and
    /// say that the job still runs.
    int progress = 0;
    int callbackRetries = 3;  ///< further attempts after a connection failure or a 5xx
    std::chrono::milliseconds callbackBackoff =
        100ms;  ///< pause before the first further attempt; doubles each time
    std::chrono::milliseconds callbackTimeout = 10s;  ///< of one attempt
    int callbacksAtOnce = 512;                        ///< further callbacks wait

    int maxConnections = 15'000;
    FaultOptions faults;
    /// The profile of the API to simulate; null for the job server's own API.
    std::shared_ptr<const profile::Profile> profile;
    QUrl registeredCallback;  ///< the callback URL when the profile's callbacks go to a registered address

    /// Settings for the start requests of one account.
    struct Starts
    {
        std::chrono::milliseconds latency{0};  ///< instead of startLatency
        FaultOptions faults;                   ///< instead of JobServerOptions::faults
    };
    /// By account. Accounts without an entry use startLatency and faults. No command-line flag sets this map.
    std::map<QByteArray, Starts> startsOf;

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
