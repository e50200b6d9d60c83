// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"
#include "service/holdline/store/recordrules.h"

#include <QTimer>

#include <algorithm>
#include <deque>
#include <map>

namespace holdline::test {

/// A fake store. A write takes effect when it is reported as done: from the event loop, or at release() while
/// the test holds writes back.
///
/// `puts` is every put() in order, done or not.
class FakeJobStore : public JobStore
{
public:
    bool isAvailable() const override { return m_unavailable.isEmpty(); }
    QString errorString() const override { return m_unavailable; }
    bool isDurable() const override { return durable; }

    void put(const JobRecord &record, Done done) override
    {
        puts.push_back(record);
        write([this, record] { return store(record); }, std::move(done));
    }
    void remove(const QByteArray &id, Done done) override
    {
        removed.push_back(id);
        write(
            [this, id] {
                records.erase(id);
                return QString();
            },
            std::move(done));
    }
    void freeKey(const QByteArray &id, Done done) override
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
    void find(const QByteArray &id, Found found) override
    {
        look([this, id, found = std::move(found)] { found(firstWhere(&JobRecord::id, id)); });
    }
    void findByToken(const QByteArray &token, Found found) override
    {
        look([this, token, found = std::move(found)] { found(firstWhere(&JobRecord::token, token)); });
    }
    void findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId, Found found) override
    {
        look([this, route, upstreamId, found = std::move(found)] {
            const auto at = std::find_if(records.begin(), records.end(), [&](const auto &entry) {
                return !route.isEmpty() && entry.second.route == route &&
                       entry.second.upstreamId == upstreamId;
            });
            found(at == records.end() ? std::nullopt : std::optional(at->second));
        });
    }
    void findByKey(const QByteArray &account, const QByteArray &key, Found found) override
    {
        look([this, account, key, found = std::move(found)] {
            const auto at = std::find_if(records.begin(), records.end(), [&](const auto &entry) {
                return entry.second.account == account && !key.isNull() && entry.second.key == key;
            });
            found(at == records.end() ? std::nullopt : std::optional(at->second));
        });
    }
    void findAllByKey(const QByteArray &key, int most, FoundAll found) override
    {
        look([this, key, most, found = std::move(found)] {
            std::vector<JobRecord> all;
            for (const auto &[id, record] : records) {
                if (!key.isNull() && record.key == key)
                    all.push_back(record);
            }
            std::stable_sort(all.begin(), all.end(),
                             [](const JobRecord &a, const JobRecord &b) { return a.created > b.created; });
            if (all.size() > static_cast<std::size_t>(most))
                all.resize(static_cast<std::size_t>(most));
            found(std::move(all));
        });
    }
    void putDeadLetter(const DeadLetter &letter, Done done) override
    {
        write(
            [this, letter] {
                deadLetters.insert_or_assign(letter.id, letter);
                return QString();
            },
            std::move(done));
    }
    void listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found) override
    {
        look([this, kind, most, found = std::move(found)] {
            std::vector<DeadLetter> all;
            for (const auto &[id, letter] : deadLetters) {
                if (!kind || letter.kind == *kind)
                    all.push_back(letter);
            }
            std::stable_sort(all.begin(), all.end(),
                             [](const DeadLetter &a, const DeadLetter &b) { return a.at > b.at; });
            if (all.size() > static_cast<std::size_t>(most))
                all.resize(static_cast<std::size_t>(most));
            for (DeadLetter &letter : all) {
                letter.body.clear();
                letter.token.clear();
            }
            found(std::move(all));
        });
    }
    void findDeadLetter(const QByteArray &id, FoundDeadLetter found) override
    {
        look([this, id, found = std::move(found)] {
            const auto at = deadLetters.find(id);
            found(at == deadLetters.end() ? std::nullopt : std::optional(at->second));
        });
    }
    void removeDeadLetter(const QByteArray &id, Done done) override
    {
        write(
            [this, id] {
                deadLetters.erase(id);
                return QString();
            },
            std::move(done));
    }
    void askStatus(std::function<void(const StoreStatus &)> answer) override
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

    /// Holds writes back until release().
    void hold() { m_holding = true; }
    int heldCount() const { return static_cast<int>(m_held.size()); }
    /// Completes the `most` oldest held writes inside this call.
    void release(int most)
    {
        for (; most > 0 && !m_held.empty(); --most)
            takeHeld()();
    }
    /// Completes all held writes, and holds later ones back no more.
    void release()
    {
        m_holding = false;
        release(heldCount());
    }
    /// True when no write is held back or under way.
    bool isIdle() const { return m_held.empty(); }
    /// The next `writes` writes fail with this reason, each in its turn.
    void failNext(int writes, const QString &why)
    {
        m_failures = writes;
        m_failure = why;
    }
    /// Marks the store unavailable, and writes fail with this reason. An empty text makes it available again.
    void setUnavailable(const QString &why)
    {
        const bool changes = why.isEmpty() != m_unavailable.isEmpty();
        m_unavailable = why;
        if (changes)
            Q_EMIT availabilityChanged();
    }

    /// The stored records.
    std::map<QByteArray, JobRecord> records;
    std::map<QByteArray, DeadLetter> deadLetters;
    std::vector<JobRecord> puts;
    std::vector<QByteArray> removed;
    int looks = 0;  ///< look-ups of any kind
    bool durable = true;

private:
    using Step = std::function<void()>;

    /// Queues a write. `step` performs it and returns an error or an empty text.
    void write(std::function<QString()> step, Done done)
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
    Step takeHeld()
    {
        const Step step = std::move(m_held.front());
        m_held.pop_front();
        return step;
    }
    void look(Step step)
    {
        ++looks;
        QTimer::singleShot(0, this, std::move(step));
    }

    QString store(const JobRecord &record)
    {
        const bool isTaken =
            !record.key.isNull() && std::any_of(records.begin(), records.end(), [&record](const auto &entry) {
                return entry.first != record.id && entry.second.account == record.account &&
                       entry.second.key == record.key;
            });
        if (isTaken)
            return QStringLiteral("another job has this key");
        const auto before = records.find(record.id);
        const auto request =
            record.request || before == records.end() ? record.request : before->second.request;
        if (needsRequest(record) && !request)
            return requestIsMissing();
        JobRecord &stored = records[record.id];
        stored = record;
        stored.request = keepsRequest(record) ? request : std::nullopt;
        return {};
    }
    std::optional<JobRecord> firstWhere(QByteArray JobRecord::*member, const QByteArray &value) const
    {
        const auto at = std::find_if(records.begin(), records.end(), [&](const auto &entry) {
            return !value.isNull() && entry.second.*member == value;
        });
        return at == records.end() ? std::nullopt : std::optional(at->second);
    }

    std::deque<Step> m_held;  ///< unfinished writes, oldest first
    bool m_holding = false;
    int m_failures = 0;
    QString m_failure;
    QString m_unavailable;
};

}  // namespace holdline::test
