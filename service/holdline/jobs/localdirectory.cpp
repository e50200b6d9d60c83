// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/localdirectory.h"

#include <utility>

namespace holdline {

void refreshRecords(JobDirectory &directory, std::vector<JobRecord> records,
                    const std::function<bool(const JobRecord &)> &isStale, JobDirectory::FoundAll found)
{
    struct Refresh
    {
        std::vector<JobRecord> records;
        JobDirectory::FoundAll found;
        std::size_t open = 1;

        void close()
        {
            if (--open == 0)
                found(std::move(records));
        }
    };
    const auto all = std::make_shared<Refresh>(Refresh{std::move(records), std::move(found)});
    for (std::size_t i = 0; i < all->records.size(); ++i) {
        if (!isStale(all->records[i]))
            continue;
        ++all->open;
        directory.find(QByteArray(all->records[i].id), [all, i](std::optional<JobRecord> fresh) {
            if (fresh)
                all->records[i] = *std::move(fresh);
            all->close();
        });
    }
    all->close();
}

LocalDirectory::LocalDirectory(const Jobs &jobs, LiveJobs &live, Keys &keys, JobStore &store,
                               std::function<void(JobKey)> cancel)
    : m_jobs(jobs),
      m_live(live),
      m_keys(keys),
      m_store(store),
      m_cancel(std::move(cancel)),
      m_watches([this](JobKey key, Found found) {
          if (const LiveJob *watched = m_live.find(key))
              find(QByteArray(watched->durable->id), std::move(found));
          else
              found(std::nullopt);
      })
{
}

void LocalDirectory::find(const QByteArray &id, Found found)
{
    LiveJob *live = m_live.findById(id);
    if (!live) {
        m_store.find(id, std::move(found));
        return;
    }
    Ending *ending = live->durable->ending.get();
    if (ending && !ending->unstored)
        ending->asked.push_back(std::move(found));
    else if (ending)
        found(ending->record);
    else
        found(recordOf(*m_jobs.find(live->key), *live->durable));
}

void LocalDirectory::findByKey(const QByteArray &account, const QByteArray &key, FoundAll found)
{
    const auto foundOne = [found](std::optional<JobRecord> record) {
        found(record ? std::vector<JobRecord>{*std::move(record)} : std::vector<JobRecord>());
    };
    if (const LiveJob *live = m_keys.find(account, key)) {
        find(QByteArray(live->durable->id), foundOne);
        return;
    }
    constexpr int kMost = 100;
    if (account.isEmpty())
        m_store.findAllByKey(key, kMost, [this, found = std::move(found)](std::vector<JobRecord> records) {
            const auto isLive = [this](const JobRecord &record) {
                return m_live.findById(record.id) != nullptr;
            };
            refreshRecords(*this, std::move(records), isLive, found);
        });
    else
        m_store.findByKey(account, key, foundOne);
}

void LocalDirectory::watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found)
{
    const LiveJob *live = m_live.findById(id);
    const bool waits = live && !live->durable->ending && live->durable->revision <= after;
    if (!waits || !m_watches.add(live->key, after, until, found))
        find(id, std::move(found));
}

void LocalDirectory::cancel(const QByteArray &id,
                            std::function<void(Cancelled, std::optional<JobRecord>)> answer)
{
    const LiveJob *live = m_live.findById(id);
    if (live && !live->durable->ending) {
        m_cancel(live->key);
        find(id, [answer = std::move(answer)](std::optional<JobRecord> record) {
            answer(Cancelled::Done, std::move(record));
        });
        return;
    }
    cancelEnded(id, answer);
}

void LocalDirectory::cancelEnded(const QByteArray &id, const CancelAnswer &answer)
{
    find(id, [this, id, answer](std::optional<JobRecord> record) {
        if (!record)
            answer(Cancelled::NotFound, {});
        else if (record->expired)
            answer(Cancelled::Expired, std::move(record));
        else if (!isStartInDoubt(record->status))
            answer(Cancelled::AlreadyEnded, std::move(record));
        else if (record->key.isNull())
            answer(Cancelled::Done, std::move(record));
        else
            freeKey(id, answer);
    });
}

/// Frees the key of the job in the store. Reads the record again after that, because a result may have come
/// meanwhile.
void LocalDirectory::freeKey(const QByteArray &id, const CancelAnswer &answer)
{
    m_store.freeKey(id, [this, id, answer](const QString &error) {
        if (!error.isEmpty()) {
            find(id, [answer](std::optional<JobRecord> record) {
                answer(Cancelled::NotStored, std::move(record));
            });
            return;
        }
        find(id, [answer](std::optional<JobRecord> record) {
            const Cancelled outcome = !record                           ? Cancelled::NotFound
                                      : record->expired                 ? Cancelled::Expired
                                      : !isStartInDoubt(record->status) ? Cancelled::AlreadyEnded
                                      : record->key.isNull()            ? Cancelled::Done
                                                                        : Cancelled::NotStored;
            answer(outcome, std::move(record));
        });
    });
}

void LocalDirectory::tellEnd(LiveJob &live)
{
    if (!live.durable)
        return;
    Ending &ending = *live.durable->ending;
    for (const Found &found : std::exchange(ending.asked, {}))
        found(ending.record);
    for (const Found &found : m_watches.takeAll(live.key))
        found(ending.record);
}

}  // namespace holdline
