// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"

#include <QTimer>

#include <deque>
#include <functional>
#include <map>

namespace holdline::test {

/// A fake store in memory. A write changes the records at the moment when its callback reports success. This
/// happens in a later turn of the event loop, or in release() after hold().
///
/// `puts` lists the record of every put(), whether written or not.
class FakeJobStore : public JobStore
{
public:
    bool isAvailable() const override { return m_unavailable.isEmpty(); }
    QString errorString() const override { return m_unavailable; }
    bool isDurable() const override { return durable; }

    void put(const JobRecord &record, Done done) override;
    void remove(const QByteArray &id, Done done) override;
    void freeKey(const QByteArray &id, Done done) override;
    void find(const QByteArray &id, Found found) override;
    void findByToken(const QByteArray &token, Found found) override;
    void findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, Found found) override;
    void findAllByKey(const QByteArray &key, int most, FoundAll found) override;
    void putDeadLetter(const DeadLetter &letter, Done done) override;
    void listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found) override;
    void findDeadLetter(const QByteArray &id, FoundDeadLetter found) override;
    void removeDeadLetter(const QByteArray &id, Done done) override;
    void askStatus(std::function<void(const StoreStatus &)> answer) override;

    /// Delays all writes until release().
    void hold() { m_holding = true; }
    int heldCount() const { return static_cast<int>(m_held.size()); }
    /// Completes the `most` oldest delayed writes inside this call.
    void release(int most)
    {
        for (; most > 0 && !m_held.empty(); --most)
            takeHeld()();
    }
    /// Completes all delayed writes. Later writes are not delayed any more.
    void release()
    {
        m_holding = false;
        release(heldCount());
    }
    /// Returns true when no write is delayed or in progress.
    bool isIdle() const { return m_held.empty(); }
    /// Makes the next `writes` writes fail with the error `why`.
    void failNext(int writes, const QString &why)
    {
        m_failures = writes;
        m_failure = why;
    }
    /// Marks the store unavailable: writes fail with the error `why`. An empty text makes the store available
    /// again.
    void setUnavailable(const QString &why)
    {
        const bool changes = why.isEmpty() != m_unavailable.isEmpty();
        m_unavailable = why;
        if (changes)
            Q_EMIT availabilityChanged();
    }

    /// The written records.
    std::map<QByteArray, JobRecord> records;
    std::map<QByteArray, DeadLetter> deadLetters;
    std::vector<JobRecord> puts;
    std::vector<QByteArray> removed;
    int looks = 0;  ///< number of look-ups of any kind
    bool durable = true;

private:
    using Step = std::function<void()>;

    /// Queues a write. `step` performs it and returns an error or an empty text.
    void write(std::function<QString()> step, Done done);
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

    QString store(const JobRecord &record);
    std::optional<JobRecord> firstWhere(const std::function<bool(const JobRecord &)> &isWanted) const;

    std::deque<Step> m_held;  ///< unfinished writes, oldest first
    bool m_holding = false;
    int m_failures = 0;
    QString m_failure;
    QString m_unavailable;
};

}  // namespace holdline::test
