// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/telemetry/latencyhistogram.h"

#include <QString>

#include <array>
#include <chrono>

namespace holdline {

inline constexpr int kDeadLetterKinds = 2;

/// The state of the store, and its counters since the process started. A process has one store, whatever the
/// number of shards. A value that may be passed to another thread.
struct StoreStatus
{
    bool available = true;              ///< see JobStore::isAvailable()
    bool durable = false;               ///< see JobStore::isDurable()
    QString error;                      ///< why the store is not available, for people
    int queued = 0;                     ///< writes that are neither durable nor failed
    std::uint64_t writes = 0;           ///< writes that were stored
    std::uint64_t commits = 0;          ///< commits; each stores all waiting writes
    std::uint64_t failedWrites = 0;     ///< writes that could not be stored
    LatencyHistogram writeTook;         ///< time from put() until the write is durable
    LatencyHistogram commitTook;        ///< duration of each commit
    std::uint64_t largestBatch = 0;     ///< most writes in one commit
    std::uint64_t expired = 0;          ///< results removed with their keys, because of age, number or bytes
    std::uint64_t evictedByNumber = 0;  ///< of `expired`: younger than store.keep_for, because of store.jobs
    std::uint64_t evictedByBytes = 0;   ///< of `expired`: younger than store.keep_for, because of store.bytes
    std::chrono::milliseconds oldestAge{0};  ///< time since the end of the oldest ended job in the store
    std::int64_t recovered = 0;              ///< jobs that had not ended when the service started
    std::int64_t records = 0;                ///< stored jobs, ended or not
    std::int64_t open = 0;                   ///< stored jobs that have not ended
    std::int64_t tombstones = 0;  ///< entries that only say that a result was removed; not in `records`
    std::int64_t bytes = 0;       ///< size of the store's files, or of its memory
    /// Number of stored dead letters, by DeadLetter::Kind.
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
};

}  // namespace holdline

Q_DECLARE_METATYPE(holdline::StoreStatus)
