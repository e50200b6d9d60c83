// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/telemetry/latencyhistogram.h"

#include <QString>

#include <array>
#include <chrono>

namespace holdline {

inline constexpr int kDeadLetterKinds = 2;

/// The state and the counters of the store since the process began. A process has one, whatever the
/// number of shards. A value that may move to another thread.
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
    std::uint64_t expired = 0;  ///< results removed with their keys, by the limits of age, number and bytes
    std::uint64_t evictedByNumber = 0;  ///< those of them younger than store.keep_for, because of store.jobs
    std::uint64_t evictedByBytes = 0;   ///< those of them younger than store.keep_for, because of store.bytes
    std::chrono::milliseconds oldestAge{0};  ///< time since the end of the oldest ended job that is kept
    std::int64_t recovered = 0;              ///< open jobs when the service started
    std::int64_t records = 0;                ///< stored jobs, ended or not
    std::int64_t open = 0;                   ///< stored jobs that have not ended
    std::int64_t tombstones = 0;             ///< entries of removed results, not counted in `records`
    std::int64_t bytes = 0;                  ///< size of its files, or of its memory
    /// Stored dead letters, by DeadLetter::Kind.
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
};

}  // namespace holdline

Q_DECLARE_METATYPE(holdline::StoreStatus)
