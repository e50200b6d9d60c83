// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <chrono>
#include <cstdint>

namespace holdline {

/// What a PooledAccessManager may use. Every queue and buffer of it has its number here.
struct PoolOptions
{
    int maxConnections = 1024;  ///< open or opening at once, all origins and accounts together
    int maxQueued = 10'000;     ///< requests that wait for a connection; one more fails at once
    /// Account: a connection serves the account (affinity key) it was opened for, all its life.
    /// Any: every connection of an origin serves everyone; the one a key used last is preferred.
    ConnectionScope scope = ConnectionScope::Account;
    std::chrono::milliseconds connectTimeout{5000};  ///< look-up of the name included
    /// An unused connection is closed after it, or a second before the time the peer announces in
    /// `Keep-Alive: timeout=N`, whichever is sooner: a request that crosses the peer's close has an unknown
    /// fate.
    std::chrono::milliseconds idleTimeout{30'000};
    std::int64_t maxAnswerBytes = 1024 * 1024;  ///< of a decoded body
    qsizetype maxHeadBytes = 16 * 1024;
};

}  // namespace holdline
