// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/storestatus.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storewrite.h"

#include <QString>

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// The result of a look-up: a value, or an error text for people.
template <typename Value>
struct Result
{
    Value value{};
    QString error;
};

/// An idempotency key, and its account.
using StoredKey = std::pair<QByteArray, QByteArray>;

/// The result of a commit. With an `error`, nothing is stored and the store is unusable until it is reopened.
struct CommitResult
{
    QString error;
    /// By the index of a write: the reason why this write alone is not stored; empty for a stored write.
    /// Writes beyond the end of this list are stored.
    std::vector<QString> refused;

    QString of(std::size_t write) const
    {
        return !error.isEmpty() || write >= refused.size() ? error : refused[write];
    }
};

/// The result of one clean-up step.
struct Tidied
{
    int expired = 0;    ///< results that became tombstones
    int tooMany = 0;    ///< the part of `expired` that expired early, because of store.jobs
    int tooLarge = 0;   ///< the part of `expired` that expired early, because of store.bytes
    bool more = false;  ///< another step would find work
    QString error;      ///< set when nothing was done
};

/// The number of stored items and their size.
struct StoreSize
{
    std::int64_t open = 0;        ///< unfinished jobs
    std::int64_t ended = 0;       ///< ended jobs with their results
    std::int64_t tombstones = 0;  ///< jobs whose result has expired
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
    std::int64_t bytes = 0;  ///< on disk, or in memory for MemoryStore
    /// The end of the oldest ended job with its result. Empty when there is none, and before the first
    /// tidy().
    std::optional<StoreTime> oldestEnd;
    StoreTime now{};  ///< the time of the store's clock
};

/// Reads the committed data of a store. Synchronous. From open() to close(), for use in one thread, which may
/// differ from the writer's thread.
class StoreReader
{
public:
    virtual ~StoreReader() = default;

    /// Returns an empty text when the store can be read, otherwise the error for people.
    virtual QString open() = 0;
    virtual void close() = 0;

    using Job = Result<std::optional<JobRecord>>;
    using Jobs = Result<std::vector<JobRecord>>;
    using Letter = Result<std::optional<DeadLetter>>;
    using Letters = Result<std::vector<DeadLetter>>;

    // The same look-ups as the functions of JobStore.
    virtual Job find(const QByteArray &id) = 0;
    virtual Job findByKey(const QByteArray &account, const QByteArray &key) = 0;
    virtual Job findByToken(const QByteArray &token) = 0;
    virtual Job findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId) = 0;
    virtual Jobs findAllByKey(const QByteArray &key, int most) = 0;
    virtual Letter findDeadLetter(const QByteArray &id) = 0;
    virtual Letters listDeadLetters(std::optional<DeadLetter::Kind> kind, int most) = 0;
};

/// The writing side of a store, with a single writer. Synchronous. From open() to close(), for use in one
/// thread. Ages are measured by the store's own clock, see StoreClock.
class StoreBackend
{
public:
    virtual ~StoreBackend() = default;

    /// Returns an empty text when the store can be written. Otherwise returns the error and its remedy for
    /// people and changes nothing. May be called again after a failure and after close().
    virtual QString open() = 0;
    virtual void close() = 0;
    /// True when the last open() found other data than the open() before, because the file was replaced.
    virtual bool wasReplaced() const { return false; }
    /// True when stored data survives the process.
    virtual bool isDurable() const = 0;
    /// Makes a reader for another thread. The reader must not outlive this object.
    virtual std::unique_ptr<StoreReader> makeReader() = 0;

    /// Returns the records of unfinished jobs with their requests and JobRecord::made, oldest first.
    virtual Result<std::vector<JobRecord>> unsettled() = 0;
    /// Returns at most `most` stored idempotency keys that follow `last` in their order. The empty key comes
    /// before all others.
    virtual Result<std::vector<StoredKey>> keysAfter(const StoredKey &last, int most) = 0;
    /// Carries out all writes in this order. When the function returns, the writes are durable.
    virtual CommitResult commit(const std::vector<StoreWrite> &writes) = 0;
    /// Returns an empty text when a write would succeed now.
    virtual QString probe() = 0;
    /// Does one small step of clean-up. Results that are too old or too many become tombstones. Old
    /// tombstones are deleted.
    virtual Tidied tidy() = 0;
    virtual StoreSize size() const = 0;
};

}  // namespace holdline
