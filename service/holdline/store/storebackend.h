// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/storestatus.h"
#include "service/holdline/store/storewrite.h"

#include <QString>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace holdline {

/// What a look into the store came to: a value, or why there is none, for people.
template <typename Value>
struct Result
{
    Value value{};
    QString error;
};

/// What a commit came to. With an `error` nothing of it is stored, and the store is broken until reopened.
struct CommitResult
{
    QString error;
    /// By index, why that write alone is not stored; empty where it is. Shorter: the rest is stored.
    std::vector<QString> refused;

    QString of(std::size_t write) const
    {
        return !error.isEmpty() || write >= refused.size() ? error : refused[write];
    }
};

/// What one step of tidying came to.
struct Tidied
{
    int expired = 0;    ///< results that became tombstones
    bool more = false;  ///< there is more to do
    QString error;      ///< nothing was done
};

/// What is kept and the room it takes.
struct StoreSize
{
    std::int64_t open = 0;        ///< records of jobs that have not ended
    std::int64_t ended = 0;       ///< with their results
    std::int64_t tombstones = 0;  ///< of results that are older than they may be
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
    std::int64_t bytes = 0;  ///< on disk, or in memory where there is no disk
};

/// Looks into the store; sees what is committed. Synchronous; one thread from open() to close(), which may be
/// another one than the writer's.
class StoreReader
{
public:
    virtual ~StoreReader() = default;

    /// Empty: it can be read. Otherwise why not, for people.
    virtual QString open() = 0;
    virtual void close() = 0;

    using Job = Result<std::optional<JobRecord>>;
    using Jobs = Result<std::vector<JobRecord>>;
    using Letter = Result<std::optional<DeadLetter>>;
    using Letters = Result<std::vector<DeadLetter>>;

    // As JobStore's.
    virtual Job find(const QByteArray &id) = 0;
    virtual Job findByKey(const QByteArray &account, const QByteArray &key) = 0;
    virtual Job findByToken(const QByteArray &token) = 0;
    virtual Jobs findAllByKey(const QByteArray &key, int most) = 0;
    virtual Letter findDeadLetter(const QByteArray &id) = 0;
    virtual Letters listDeadLetters(std::optional<DeadLetter::Kind> kind, int most) = 0;
};

/// The store as its one writer sees it. Synchronous; one thread from open() to close().
class StoreBackend
{
public:
    virtual ~StoreBackend() = default;

    /// Empty: it can be written. Otherwise what is wrong and what to do about it, for people; what was there
    /// is as it was. May be called again after that and after close().
    virtual QString open() = 0;
    virtual void close() = 0;
    /// Whether it survives the process.
    virtual bool isDurable() const = 0;
    /// For another thread; must not outlive this.
    virtual std::unique_ptr<StoreReader> makeReader() = 0;

    /// Records of jobs that have not ended, oldest first, each with its request.
    virtual Result<std::vector<JobRecord>> unsettled() = 0;
    /// Tells of each idempotency key that is held. Empty, or why not, for people.
    virtual QString forEachKey(
        const std::function<void(const QByteArray &account, const QByteArray &key)> &tell) = 0;
    /// Carries all out in this order, durable on return.
    virtual CommitResult commit(const std::vector<StoreWrite> &writes) = 0;
    /// Empty: a write would succeed.
    virtual QString probe() = 0;
    /// One small step of what the limits ask for at this time: results that are too old or too many become
    /// tombstones, tombstones go.
    virtual Tidied tidy(WallTime now) = 0;
    virtual StoreSize size() const = 0;
};

}  // namespace holdline
