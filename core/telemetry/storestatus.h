// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/telemetry/latencyhistogram.h"

#include <QString>

#include <array>

namespace holdline {

inline constexpr int kDeadLetterKinds = 2;

/// How the store stands and what it has counted since the process began. One per process, whatever the
/// number of shards. A value; may go to another thread.
struct StoreStatus
{
    bool available = true;  ///< see JobStore::isAvailable()
    bool durable = false;   ///< see JobStore::isDurable()
    QString error;          ///< why it is not available, for people
    int queued = 0;         ///< writes that are neither durable nor failed
    std::uint64_t writes = 0;
    std::uint64_t commits = 0;
    std::uint64_t failedWrites = 0;
    LatencyHistogram writeTook;      ///< from put() to durable
    LatencyHistogram commitTook;     ///< of each commit
    std::uint64_t largestBatch = 0;  ///< most writes in one commit
    std::uint64_t expired = 0;       ///< results that became older, or more, than they may be
    std::int64_t recovered = 0;      ///< jobs that had not ended when the service started
    std::int64_t records = 0;        ///< jobs it holds, ended or not
    std::int64_t open = 0;           ///< of these, not ended
    std::int64_t tombstones = 0;     ///< beside them, of results that are gone
    std::int64_t bytes = 0;          ///< what it takes up: of its files, or of memory
    /// Dead letters it holds, by DeadLetter::Kind.
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
};

}  // namespace holdline

Q_DECLARE_METATYPE(holdline::StoreStatus)
