// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/filelock.h"
#include "core/config/config.h"
#include "service/holdline/store/sqliteclock.h"
#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storeditems.h"
#include "service/holdline/store/storefile.h"

#include <QHash>

#include <unordered_map>

namespace holdline {

/// A store in an SQLite file. Committed data survives the process, and with `store.synchronous = full` also a
/// power cut.
///
/// While the store is open, only this process may use the file. The file is checked when it is opened and
/// again after it was found damaged. A damaged file is never changed. Further files have the same name with
/// the endings `-wal` (the write-ahead log), `-shm`, `.lock` and `-note` (StoreNote). The file does not grow
/// beyond `store.bytes`. Free pages are used again. When many pages are free, they are given back to the
/// disk.
class SqliteStore final : public StoreBackend
{
public:
    SqliteStore(const QString &path, const Config::Store &limits, StoreClock::Reader clocks = machineTime)
        : m_path(path), m_limits(limits), m_clock(std::move(clocks))
    {
    }
    ~SqliteStore() override { close(); }

    QString open() override;
    void close() override;
    bool isDurable() const override { return true; }
    bool wasReplaced() const override { return m_wasReplaced; }
    std::unique_ptr<StoreReader> makeReader() override;
    Result<std::vector<JobRecord>> unsettled() override;
    Result<std::vector<StoredKey>> keysAfter(const StoredKey &last, int most) override;
    CommitResult commit(const std::vector<StoreWrite> &writes) override;
    QString probe() override;
    Tidied tidy() override;
    StoreSize size() const override;

private:
    /// The facts about an unfinished job that its next write needs.
    struct OpenJob
    {
        qint64 number = 0;
        bool hasKey = false;
        std::int64_t requestBytes = 0;  ///< in the table `requests`; 0 without a request
        std::int64_t bytes = 0;         ///< in all tables
        QVariant lookup;
        StoreTime made{};
        QVariant upstream{};
    };
    /// The rows of a job in tables other than `jobs`.
    struct Parts
    {
        std::optional<QByteArray> request;
        std::optional<QByteArray> answer;
        std::int64_t requestBytes = 0;  ///< of the request, written now or earlier
        std::int64_t bytes() const { return requestBytes + (answer ? answer->size() : 0); }
    };
    enum class Done { Yes, Refused, Incomplete, Failed };

    QString lock();
    QString openDatabase();
    QString checkWhole();
    QString startClock();
    QString count();
    void forgetCounts();
    void noteFiles();
    QString checkFiles() const;
    void releasePages();
    QString fail();
    Done carryOut(const PutJob &write);
    Done carryOut(const RemoveJob &write);
    Done carryOut(const FreeKey &write);
    Done carryOut(const PutDeadLetter &write);
    Done carryOut(const RemoveDeadLetter &write);
    Done insert(const JobRecord &record);
    Done update(const JobRecord &record, OpenJob &job);
    Done replace(const JobRecord &record);
    Done failure() const;
    static Parts partsOf(const JobRecord &record, std::int64_t requestBytes);
    bool writeParts(const JobRecord &record, qint64 number, const Parts &parts, bool isNew, bool hasRequest);
    void noteOpen(const JobRecord &record, OpenJob job);
    void countEnded(const JobRecord &record, qint64 number, StoreTime ended, std::int64_t bytes);
    void uncountEnded(const QByteArray &account, qint64 number, StoreTime ended, std::int64_t bytes);
    StoreTime madeOf(const JobRecord &record, StoreTime otherwise) const;
    QVariant endOf(const JobRecord &record) const;
    void setAge(JobRecord &record, StoreTime made) const;
    bool isMarkDue(std::chrono::milliseconds interval) const;
    bool mark();
    bool markAlone();
    std::int64_t &kindOf(bool isEnded, bool isExpired);
    bool forgetDeadLetter(const QByteArray &id, QVariant &number);
    bool dropDeadLetters(std::size_t kind);

    const QString m_path;
    const Config::Store m_limits;
    StoreClock m_clock;
    DatabaseMark m_mark;  ///< the last mark, with the present count of commits
    StoreTime m_now{};    ///< the store time of the present commit or clean-up
    FileLock m_lock;
    SqliteConnection m_connection;
    bool m_checked = false;  ///< the file was checked and is undamaged
    // Of the last successful open().
    std::optional<FileIdentity> m_file;
    std::optional<FileIdentity> m_log;  ///< the write-ahead log
    StoreSize m_lastSize;               ///< m_size when the store was last closed
    std::int64_t m_largeBytes = 0;      ///< of large parts, since releasePages() last released pages
    bool m_isCounted = false;           ///< m_size is complete
    bool m_wasReplaced = false;
    std::unordered_map<QByteArray, OpenJob> m_open;
    StoreSize m_size;
    StoredItems m_ended;  ///< ended jobs with their results; the bytes include those of open jobs
    std::array<StoredItems, kDeadLetterKinds> m_letters;
};

}  // namespace holdline
