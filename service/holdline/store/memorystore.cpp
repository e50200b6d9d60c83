// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/memorystore.h"

#include "core/job/jobid.h"
#include "service/holdline/store/recordrules.h"

#include <algorithm>
#include <limits>

namespace holdline {

namespace {

/// The most records that expire or are deleted in one clean-up step, because the step holds the lock.
constexpr int kStep = 200;

}  // namespace

/// Look-ups copy their results. The bytes are shared, so copying is quick.
class MemoryReader final : public StoreReader
{
public:
    explicit MemoryReader(const MemoryStore &store) : m_store(store) {}

    QString open() override { return {}; }
    void close() override {}

    Job find(const QByteArray &id) override
    {
        const std::lock_guard lock(m_store.m_mutex);
        return {.value = get(id), .error = {}};
    }
    Job findByKey(const QByteArray &account, const QByteArray &key) override
    {
        const std::lock_guard lock(m_store.m_mutex);
        const auto found = m_store.m_byKey.find({key, account});
        if (key.isNull() || found == m_store.m_byKey.end())
            return {};
        return {.value = get(found->second), .error = {}};
    }
    Job findByToken(const QByteArray &token) override
    {
        const auto wanted = CallbackToken::fromText(token);
        if (!wanted)
            return {};
        const std::lock_guard lock(m_store.m_mutex);
        const auto [from, to] = m_store.m_byToken.equal_range(wanted->lookup);
        for (auto at = from; at != to; ++at) {
            auto record = get(at->second);
            if (equalsInConstantTime(record->token, token))
                return {.value = std::move(record), .error = {}};
        }
        return {};
    }
    Job findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId) override
    {
        const std::lock_guard lock(m_store.m_mutex);
        const auto &known = m_store.m_byUpstreamId;
        const auto after = known.upper_bound({route, upstreamId, std::numeric_limits<std::uint64_t>::max()});
        if (after == known.begin())
            return {};
        const auto &[named, id] = *std::prev(after);
        const bool isIt = std::get<0>(named) == route && std::get<1>(named) == upstreamId;
        return {.value = isIt ? get(id) : std::nullopt, .error = {}};
    }
    Jobs findAllByKey(const QByteArray &key, int most) override
    {
        // Sorts the records by their numbers, because the wall clock may have been set back.
        std::map<std::uint64_t, const JobRecord *> byAge;
        const std::lock_guard lock(m_store.m_mutex);
        for (auto at = m_store.m_byKey.lower_bound({key, {}});
             !key.isNull() && at != m_store.m_byKey.end() && at->first.first == key; ++at) {
            const MemoryStore::Entry &entry = m_store.m_jobs.at(at->second);
            byAge.emplace(entry.number, &entry.record);
        }
        Jobs all;
        for (auto at = byAge.rbegin(); at != byAge.rend() && most > 0; ++at, --most)
            all.value.push_back(*at->second);
        return all;
    }
    Letter findDeadLetter(const QByteArray &id) override
    {
        const std::lock_guard lock(m_store.m_mutex);
        const auto found = m_store.m_letters.find(id);
        if (found == m_store.m_letters.end())
            return {};
        return {.value = found->second.letter, .error = {}};
    }
    Letters listDeadLetters(std::optional<DeadLetter::Kind> kind, int most) override
    {
        Letters all;
        const std::lock_guard lock(m_store.m_mutex);
        std::map<std::uint64_t, QByteArray> byAge;
        for (std::size_t i = 0; i < kDeadLetterKinds; ++i) {
            if (!kind || static_cast<std::size_t>(*kind) == i)
                byAge.insert(m_store.m_deadLetterKinds[i].byAge.begin(),
                             m_store.m_deadLetterKinds[i].byAge.end());
        }
        for (auto at = byAge.rbegin(); at != byAge.rend() && most > 0; ++at, --most) {
            all.value.push_back(m_store.m_letters.at(at->second).letter);
            all.value.back().body = {};
            all.value.back().token = {};
        }
        return all;
    }

private:
    std::optional<JobRecord> get(const QByteArray &id) const
    {
        const auto found = m_store.m_jobs.find(id);
        return found == m_store.m_jobs.end() ? std::nullopt : std::optional(found->second.record);
    }

    const MemoryStore &m_store;
};

std::unique_ptr<StoreReader> MemoryStore::makeReader()
{
    return std::make_unique<MemoryReader>(*this);
}

Result<std::vector<JobRecord>> MemoryStore::unsettled()
{
    const std::lock_guard lock(m_mutex);
    std::map<std::uint64_t, const JobRecord *> byAge;
    for (const auto &[id, entry] : m_jobs) {
        if (!entry.record.isSettled())
            byAge.emplace(entry.number, &entry.record);
    }
    Result<std::vector<JobRecord>> open;
    for (const auto &[number, record] : byAge)
        open.value.push_back(*record);
    return open;
}

Result<std::vector<StoredKey>> MemoryStore::keysAfter(const StoredKey &last, int most)
{
    Result<std::vector<StoredKey>> keys;
    const std::lock_guard lock(m_mutex);
    for (auto it = m_byKey.upper_bound(last); it != m_byKey.end() && most > 0; ++it, --most)
        keys.value.push_back(it->first);
    return keys;
}

CommitResult MemoryStore::commit(const std::vector<StoreWrite> &writes)
{
    CommitResult result;
    const std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const QString error = std::visit([this](const auto &write) { return carryOut(write); }, writes[i]);
        if (error.isEmpty())
            continue;
        result.refused.resize(i + 1);
        result.refused[i] = error;
    }
    return result;
}

QString MemoryStore::carryOut(const PutJob &write)
{
    const JobRecord &record = write.record;
    if (!record.key.isNull()) {
        const auto holder = m_byKey.find({record.key, record.account});
        if (holder != m_byKey.end() && holder->second != record.id)
            return keyIsTaken();
    }
    JobRecord stored = record;
    if (const auto known = m_jobs.find(record.id); known != m_jobs.end()) {
        if (!stored.request)
            stored.request = known->second.record.request;
    }
    if (needsRequest(stored) && !stored.request)
        return requestIsMissing();
    if (!keepsRequest(stored))
        stored.request.reset();
    const std::optional<Entry> before = extract(record.id);
    const bool hadEnded = before && before->record.isSettled();
    insert({std::move(stored), before ? before->number : ++m_last, hadEnded ? before->ended : m_clock.now()});
    return {};
}

QString MemoryStore::carryOut(const RemoveJob &write)
{
    extract(write.id);
    return {};
}

QString MemoryStore::carryOut(const FreeKey &write)
{
    const auto found = m_jobs.find(write.id);
    if (found == m_jobs.end() || !mayFreeKey(found->second.record))
        return {};
    Entry freed = *extract(write.id);
    freed.record.key = {};
    ++freed.record.revision;
    insert(std::move(freed));
    return {};
}

QString MemoryStore::carryOut(const PutDeadLetter &write)
{
    const auto before = m_letters.find(write.letter.id);
    const std::uint64_t number = before == m_letters.end() ? ++m_last : before->second.number;
    carryOut(RemoveDeadLetter{write.letter.id});
    DeadLetterKind &kind = m_deadLetterKinds[static_cast<std::size_t>(write.letter.kind)];
    kind.byAccount.add(write.letter.account, {{}, static_cast<std::int64_t>(number)});
    kind.byAccount.addBytes(write.letter.account, write.letter.body.size());
    kind.byAge.emplace(number, write.letter.id);
    m_letters.emplace(write.letter.id, DeadLetterEntry{write.letter, number});
    while (const auto victim = surplusOf(kind.byAccount, deadLetterShare(m_limits)))
        carryOut(RemoveDeadLetter{kind.byAge.at(static_cast<std::uint64_t>(victim->item.number))});
    return {};
}

QString MemoryStore::carryOut(const RemoveDeadLetter &write)
{
    if (const auto node = m_letters.extract(write.id)) {
        const auto &[letter, number] = node.mapped();
        DeadLetterKind &kind = m_deadLetterKinds[static_cast<std::size_t>(letter.kind)];
        kind.byAccount.remove(letter.account, {{}, static_cast<std::int64_t>(number)});
        kind.byAccount.addBytes(letter.account, -letter.body.size());
        kind.byAge.erase(number);
    }
    return {};
}

void MemoryStore::insert(Entry entry)
{
    const JobRecord &record = entry.record;
    m_byAccount.addBytes(record.account, weightOf(record));
    if (record.isSettled() && !record.expired)
        m_byAccount.add(record.account, {entry.ended, static_cast<std::int64_t>(entry.number)});
    if (!record.key.isNull())
        m_byKey.emplace(std::pair(record.key, record.account), record.id);
    if (const auto token = CallbackToken::fromText(record.token))
        m_byToken.emplace(token->lookup, record.id);
    if (!record.route.isEmpty() && !record.upstreamId.isEmpty())
        m_byUpstreamId.emplace(std::tuple(record.route, record.upstreamId, entry.number), record.id);
    if (record.isSettled())
        (record.expired ? m_tombstones : m_ended).insert({entry.ended, entry.number, record.id});
    const QByteArray id = record.id;
    m_jobs.insert_or_assign(id, std::move(entry));
}

std::optional<MemoryStore::Entry> MemoryStore::extract(const QByteArray &id)
{
    auto node = m_jobs.extract(id);
    if (!node)
        return std::nullopt;
    Entry &entry = node.mapped();
    const JobRecord &record = entry.record;
    m_byAccount.addBytes(record.account, -weightOf(record));
    m_byAccount.remove(record.account, {entry.ended, static_cast<std::int64_t>(entry.number)});
    if (!record.key.isNull())
        m_byKey.erase({record.key, record.account});
    if (const auto token = CallbackToken::fromText(record.token)) {
        const auto [from, to] = m_byToken.equal_range(token->lookup);
        m_byToken.erase(std::find_if(from, to, [&](const auto &one) { return one.second == record.id; }));
    }
    m_byUpstreamId.erase({record.route, record.upstreamId, entry.number});
    if (record.isSettled())
        (record.expired ? m_tombstones : m_ended).erase({entry.ended, entry.number, record.id});
    return std::move(entry);
}

Tidied MemoryStore::tidy()
{
    Tidied tidied;
    m_clock.watch();
    const std::lock_guard lock(m_mutex);
    const StoreTime oldest = m_clock.now() - m_limits.keepFor;
    const auto most = static_cast<std::size_t>(m_limits.jobs);
    for (int i = 0; i < kStep; ++i) {
        const bool isFull = m_byAccount.bytes() > m_limits.bytes;
        const bool isOld = !m_ended.empty() && m_ended.begin()->at < oldest;
        if (!m_ended.empty() && (m_ended.size() > most || isFull || isOld)) {
            const bool isTooMany = m_ended.size() > most;
            if (!isOld)
                ++(isTooMany ? tidied.tooMany : tidied.tooLarge);
            bury(isOld ? QByteArray(m_ended.begin()->id)
                       : oldestOfLargest(isTooMany ? StoredItems::Measure::Items
                                                   : StoredItems::Measure::Bytes));
            ++tidied.expired;
        } else if (!m_tombstones.empty() &&
                   (m_tombstones.size() > most || isFull || m_tombstones.begin()->at < oldest)) {
            extract(QByteArray(m_tombstones.begin()->id));
        } else {
            return tidied;
        }
    }
    tidied.more = true;
    return tidied;
}

QByteArray MemoryStore::oldestOfLargest(StoredItems::Measure measure) const
{
    const StoredItems::Item item = m_byAccount.firstToGo(measure, 1).front().item;
    return m_ended.find(AgeKey{item.at, static_cast<std::uint64_t>(item.number), {}})->id;
}

void MemoryStore::bury(const QByteArray &id)
{
    const std::optional<Entry> before = extract(id);
    insert({tombstoneOf(before->record, m_clock.machine().wall), before->number, m_clock.now()});
}

StoreSize MemoryStore::size() const
{
    const std::lock_guard lock(m_mutex);
    StoreSize size;
    size.ended = static_cast<std::int64_t>(m_ended.size());
    size.tombstones = static_cast<std::int64_t>(m_tombstones.size());
    size.open = static_cast<std::int64_t>(m_jobs.size()) - size.ended - size.tombstones;
    size.bytes = m_byAccount.bytes();
    if (!m_ended.empty())
        size.oldestEnd = m_ended.begin()->at;
    size.now = m_clock.now();
    for (std::size_t i = 0; i < kDeadLetterKinds; ++i) {
        size.deadLetters[i] = static_cast<std::int64_t>(m_deadLetterKinds[i].byAge.size());
        size.bytes += m_deadLetterKinds[i].byAccount.bytes();
    }
    return size;
}

}  // namespace holdline
