// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storeditems.h"

#include <QHash>

#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>

namespace holdline {

/// A store in memory, which is lost when the process ends (`store.path = memory`). Until then it gives the
/// same guarantees as SqliteStore. The readers share the store's tables, guarded by a mutex.
class MemoryStore final : public StoreBackend
{
public:
    explicit MemoryStore(const Config::Store &limits, StoreClock::Reader clocks = machineTime)
        : m_limits(limits), m_clock(std::move(clocks))
    {
    }

    QString open() override { return {}; }
    void close() override {}
    bool isDurable() const override { return false; }
    std::unique_ptr<StoreReader> makeReader() override;
    Result<std::vector<JobRecord>> unsettled() override;
    Result<std::vector<StoredKey>> keysAfter(const StoredKey &last, int most) override;
    CommitResult commit(const std::vector<StoreWrite> &writes) override;
    QString probe() override { return {}; }
    Tidied tidy() override;
    StoreSize size() const override;

private:
    friend class MemoryReader;

    struct Entry
    {
        JobRecord record;
        std::uint64_t number = 0;  ///< increases with each new record
        StoreTime ended{};         ///< when the result came, or when it became a tombstone
    };
    /// The position of a record in order of age.
    struct AgeKey
    {
        StoreTime at;
        std::uint64_t number;
        QByteArray id;
        friend bool operator<(const AgeKey &a, const AgeKey &b)
        {
            return std::tie(a.at, a.number) < std::tie(b.at, b.number);
        }
    };
    struct DeadLetterEntry
    {
        DeadLetter letter;
        std::uint64_t number = 0;
    };

    QString carryOut(const PutJob &write);
    QString carryOut(const RemoveJob &write);
    QString carryOut(const FreeKey &write);
    QString carryOut(const PutDeadLetter &write);
    QString carryOut(const RemoveDeadLetter &write);
    void insert(Entry entry);
    /// Removes a record from all tables and returns it. Returns nothing when there is no such record.
    std::optional<Entry> extract(const QByteArray &id);
    void bury(const QByteArray &id);
    QByteArray oldestOfLargest(StoredItems::Measure measure) const;

    const Config::Store m_limits;
    StoreClock m_clock;
    mutable std::mutex m_mutex;
    std::uint64_t m_last = 0;
    std::unordered_map<QByteArray, Entry> m_jobs;
    std::map<StoredKey, QByteArray> m_byKey;                       ///< → id
    std::unordered_multimap<std::uint64_t, QByteArray> m_byToken;  ///< CallbackToken::lookup → id
    /// Route, upstream's id and record number → id. Of several records with the same upstream's id, the
    /// newest is the last.
    std::map<std::tuple<QByteArray, QByteArray, std::uint64_t>, QByteArray> m_byUpstreamId;
    std::set<AgeKey> m_ended;
    std::set<AgeKey> m_tombstones;
    std::unordered_map<QByteArray, DeadLetterEntry> m_letters;
    /// The dead letters of one kind.
    struct DeadLetterKind
    {
        std::map<std::uint64_t, QByteArray> byAge;  ///< number → id
        StoredItems byAccount;
    };
    std::array<DeadLetterKind, kDeadLetterKinds> m_deadLetterKinds;
    StoredItems m_byAccount;  ///< the ended jobs, and the bytes of all records
};

}  // namespace holdline
