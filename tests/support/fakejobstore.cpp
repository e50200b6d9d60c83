// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakejobstore.h"

#include "service/holdline/store/recordrules.h"

#include <algorithm>

namespace holdline::test {

namespace {

/// Returns at most `most` items, the newest first.
template <typename Item>
std::vector<Item> newest(std::vector<Item> all, int most, WallTime Item::*time)
{
    std::stable_sort(all.begin(), all.end(),
                     [time](const Item &a, const Item &b) { return a.*time > b.*time; });
    if (all.size() > static_cast<std::size_t>(most))
        all.resize(static_cast<std::size_t>(most));
    return all;
}

}  // namespace

void FakeJobStore::put(const JobRecord &record, Done done)
{
    puts.push_back(record);
    write([this, record] { return store(record); }, std::move(done));
}

void FakeJobStore::remove(const QByteArray &id, Done done)
{
    removed.push_back(id);
    write(
        [this, id] {
            records.erase(id);
            return QString();
        },
        std::move(done));
}

void FakeJobStore::freeKey(const QByteArray &id, Done done)
{
    write(
        [this, id] {
            const auto at = records.find(id);
            if (at != records.end() && mayFreeKey(at->second)) {
                at->second.key = {};
                ++at->second.revision;
            }
            return QString();
        },
        std::move(done));
}

void FakeJobStore::find(const QByteArray &id, Found found)
{
    look([this, id, found = std::move(found)] {
        found(firstWhere([&id](const JobRecord &record) { return record.id == id; }));
    });
}

void FakeJobStore::findByToken(const QByteArray &token, Found found)
{
    look([this, token, found = std::move(found)] {
        found(firstWhere(
            [&token](const JobRecord &record) { return !token.isNull() && record.token == token; }));
    });
}

void FakeJobStore::findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId, Found found)
{
    look([this, route, upstreamId, found = std::move(found)] {
        found(firstWhere([&](const JobRecord &record) {
            return !route.isEmpty() && record.route == route && record.upstreamId == upstreamId;
        }));
    });
}

void FakeJobStore::findByKey(const QByteArray &account, const QByteArray &key, Found found)
{
    look([this, account, key, found = std::move(found)] {
        found(firstWhere([&](const JobRecord &record) {
            return record.account == account && !key.isNull() && record.key == key;
        }));
    });
}

void FakeJobStore::findAllByKey(const QByteArray &key, int most, FoundAll found)
{
    look([this, key, most, found = std::move(found)] {
        std::vector<JobRecord> all;
        for (const auto &[id, record] : records) {
            if (!key.isNull() && record.key == key)
                all.push_back(record);
        }
        found(newest(std::move(all), most, &JobRecord::created));
    });
}

void FakeJobStore::putDeadLetter(const DeadLetter &letter, Done done)
{
    write(
        [this, letter] {
            deadLetters.insert_or_assign(letter.id, letter);
            return QString();
        },
        std::move(done));
}

void FakeJobStore::listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found)
{
    look([this, kind, most, found = std::move(found)] {
        std::vector<DeadLetter> all;
        for (const auto &[id, letter] : deadLetters) {
            if (!kind || letter.kind == *kind)
                all.push_back(letter);
        }
        all = newest(std::move(all), most, &DeadLetter::at);
        for (DeadLetter &letter : all) {
            letter.body.clear();
            letter.token.clear();
        }
        found(std::move(all));
    });
}

void FakeJobStore::findDeadLetter(const QByteArray &id, FoundDeadLetter found)
{
    look([this, id, found = std::move(found)] {
        const auto at = deadLetters.find(id);
        found(at == deadLetters.end() ? std::nullopt : std::optional(at->second));
    });
}

void FakeJobStore::removeDeadLetter(const QByteArray &id, Done done)
{
    write(
        [this, id] {
            deadLetters.erase(id);
            return QString();
        },
        std::move(done));
}

void FakeJobStore::askStatus(std::function<void(const StoreStatus &)> answer)
{
    look([this, answer = std::move(answer)] {
        StoreStatus status;
        status.available = isAvailable();
        status.durable = durable;
        status.error = m_unavailable;
        status.queued = heldCount();
        status.records = static_cast<std::int64_t>(records.size());
        for (const auto &[id, letter] : deadLetters)
            ++status.deadLetters[static_cast<std::size_t>(letter.kind)];
        answer(status);
    });
}

void FakeJobStore::write(std::function<QString()> step, Done done)
{
    QString error = m_unavailable;
    if (error.isEmpty() && m_failures > 0) {
        --m_failures;
        error = m_failure;
    }
    m_held.push_back([step = std::move(step), done = std::move(done), error] {
        const QString failure = error.isEmpty() ? step() : error;
        if (done)
            done(failure);
    });
    if (!m_holding)
        QTimer::singleShot(0, this, [this] { release(m_holding ? 0 : 1); });
}

QString FakeJobStore::store(const JobRecord &record)
{
    const bool isTaken =
        !record.key.isNull() && std::any_of(records.begin(), records.end(), [&record](const auto &entry) {
            return entry.first != record.id && entry.second.account == record.account &&
                   entry.second.key == record.key;
        });
    if (isTaken)
        return QStringLiteral("another job has this key");
    const auto before = records.find(record.id);
    const auto request = record.request || before == records.end() ? record.request : before->second.request;
    if (needsRequest(record) && !request)
        return requestIsMissing();
    JobRecord &stored = records[record.id];
    stored = record;
    stored.request = keepsRequest(record) ? request : std::nullopt;
    return {};
}

std::optional<JobRecord> FakeJobStore::firstWhere(
    const std::function<bool(const JobRecord &)> &isWanted) const
{
    const auto at = std::find_if(records.begin(), records.end(),
                                 [&isWanted](const auto &entry) { return isWanted(entry.second); });
    return at == records.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace holdline::test
