// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobdirectory.h"

#include <QObject>
#include <QTimer>

#include <algorithm>
#include <list>
#include <map>
#include <utility>

namespace holdline::test {

/// Returns the record of a job in this state. All members that are known in this state are set.
inline JobRecord recordOf(const QByteArray &id, JobState state, Reason outcome = Reason::Completed)
{
    using namespace std::chrono_literals;
    const auto at = [](std::chrono::milliseconds since) {
        return WallTime(std::chrono::milliseconds(1'700'000'000'123) + since);
    };
    JobRecord record;
    record.id = id;
    record.account = "acme";
    record.token = "secret-token";
    record.key = "key-1";
    record.fingerprint = QByteArray(32, 'f');
    record.status.state = state;
    record.status.durable = true;
    record.requestId = "request-1";
    record.client = "192.0.2.1:1";
    record.created = at(0ms);
    record.deadline = at(1h);
    record.request = RecordedRequest{"/start", R"({"account":"acme","secret":"inside"})", {}};
    if (state >= JobState::Starting) {
        record.started = at(12ms);
        record.attempts = 1;
        record.revision = 2;
    }
    if (state >= JobState::Running) {
        record.answered = at(20ms);
        record.upstreamId = "upstream-1";
        record.revision = 3;
    }
    if (state == JobState::Settled) {
        record.callback = at(520ms);
        record.settled = at(520ms);
        record.status.outcome = outcome;
        record.status.resultSeen = true;
        record.revision = 4;
        record.answer =
            RecordedAnswer{200, "application/json", R"({"id":"upstream-1","state":"completed"})", {}};
    }
    return record;
}

/// A JobDirectory whose jobs are set by the test.
class FakeJobDirectory : public QObject, public JobDirectory
{
public:
    /// When false, callbacks run in a later turn of the event loop, like those from other shards.
    bool answersAtOnce = true;
    bool complete = true;  ///< the result of isComplete()
    bool canWatch = true;  ///< when false, watch() reports the job as it is without waiting
    int watchCount = 0;    ///< number of calls of watch()

    void put(const JobRecord &record)
    {
        m_records[record.id] = record;
        std::vector<int> due;  // collected first, because a callback may call watch() again
        for (const Watch &watch : m_watches) {
            if (watch.id == record.id && (record.revision > watch.after || record.isSettled()))
                due.push_back(watch.number);
        }
        for (const int number : due)
            tell(number);
    }
    void remove(const QByteArray &id) { m_records.erase(id); }
    int watching() const { return static_cast<int>(m_watches.size()); }

    bool isComplete() const override { return complete; }

    void find(const QByteArray &id, Found found) override
    {
        soon([this, id, found = std::move(found)] { found(look(id)); });
    }

    void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) override
    {
        soon([this, account, key, found = std::move(found)] {
            std::vector<JobRecord> all;
            for (const auto &[id, record] : m_records) {
                if (record.key == key && (account.isEmpty() || record.account == account))
                    all.push_back(record);
            }
            std::sort(all.begin(), all.end(),
                      [](const JobRecord &a, const JobRecord &b) { return a.created > b.created; });
            found(all);
        });
    }

    void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) override
    {
        ++watchCount;
        const auto record = look(id);
        if (!canWatch || !record || record->revision > after || record->isSettled())
            return soon([this, id, found = std::move(found)] { found(look(id)); });
        const int number = ++m_lastNumber;
        m_watches.push_back({number, id, after, std::move(found)});
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        QTimer::singleShot(std::max(left, std::chrono::milliseconds(0)), Qt::PreciseTimer, this,
                           [this, number] { tell(number); });
    }

    void cancel(const QByteArray &id,
                std::function<void(Cancelled, std::optional<JobRecord>)> answer) override
    {
        soon([this, id, answer = std::move(answer)] {
            auto record = look(id);
            if (!record)
                return answer(Cancelled::NotFound, {});
            if (record->expired)
                return answer(Cancelled::Expired, record);
            if (record->isSettled())
                return answer(Cancelled::AlreadyEnded, record);
            JobRecord cancelled = recordOf(id, JobState::Settled, Reason::Cancelled);
            cancelled.revision = record->revision + 1;
            cancelled.answer = RecordedAnswer{410, "application/problem+json", "{}", {}};
            put(cancelled);
            answer(Cancelled::Done, cancelled);
        });
    }

private:
    struct Watch
    {
        int number;
        QByteArray id;
        std::uint64_t after;
        Found found;
    };

    std::optional<JobRecord> look(const QByteArray &id) const
    {
        const auto found = m_records.find(id);
        return found == m_records.end() ? std::nullopt : std::optional(found->second);
    }

    void tell(int number)
    {
        const auto watch = std::find_if(m_watches.begin(), m_watches.end(),
                                        [number](const Watch &other) { return other.number == number; });
        if (watch == m_watches.end())
            return;
        const Watch told = std::move(*watch);
        m_watches.erase(watch);
        soon([this, told] { told.found(look(told.id)); });
    }

    void soon(std::function<void()> call)
    {
        if (answersAtOnce)
            call();
        else
            QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection);
    }

    std::map<QByteArray, JobRecord> m_records;
    std::list<Watch> m_watches;
    int m_lastNumber = 0;
};

}  // namespace holdline::test
