// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqlitestore.h"

#include "core/base/securerandom.h"
#include "core/telemetry/logging.h"
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/recordrules.h"
#include "service/holdline/store/sqliteclock.h"
#include "service/holdline/store/sqlitereader.h"
#include "service/holdline/store/sqliterows.h"
#include "service/holdline/store/sqliteschema.h"
#include "service/holdline/store/sqlitetidier.h"

#include <QFileInfo>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// The end of the name of SQLite's write-ahead log.
constexpr auto kLog = "-wal"_L1;
/// The column `made` of HOLDLINE_BARE_JOB_ROWS.
constexpr int kMade = 9;
/// The column `bytes` of HOLDLINE_BARE_JOB_ROWS.
constexpr int kBytes = 10;
/// The column `ended` of HOLDLINE_BARE_JOB_ROWS.
constexpr int kEnded = 5;
/// releasePages() acts after this many bytes of large parts. The cache has 16 MiB.
constexpr std::int64_t kReleaseAfter = 4 * 1024 * 1024;
/// The end of the name of the StoreNote's file.
constexpr auto kNote = "-note"_L1;
/// The time between two marks while there are commits. A lost end of the write-ahead log is noticed when it
/// is longer than this time.
constexpr std::chrono::milliseconds kCommitMark(1000);
/// The time between two marks without commits. When the machine restarts, at most this much time is missing
/// in the ages of jobs.
constexpr std::chrono::milliseconds kIdleMark(60'000);

/// Returns a random name for a new database.
QByteArray freshName()
{
    std::array<std::byte, 8> bytes{};
    fillSecurely(bytes);
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), std::ssize(bytes)).toHex();
}
/// The largest age of an unfinished job. The clocks' number types cannot hold much larger ages.
constexpr Duration kOldest = std::chrono::hours(24 * 365 * 100);

}  // namespace

std::unique_ptr<StoreReader> SqliteStore::makeReader()
{
    return std::make_unique<SqliteReader>(m_path);
}

QString SqliteStore::open()
{
    if (m_connection.isOpen())
        return {};
    if (m_path.isEmpty())
        return u"there is no folder for it. Set STATE_DIRECTORY, XDG_STATE_HOME or HOME, or set a file (store.path)"_s;
    QString error = makeStoreFile(m_path);
    if (error.isEmpty())
        error = lock();
    if (error.isEmpty())
        error = openDatabase();
    if (error.isEmpty() && !m_checked)
        error = checkWhole();
    if (error.isEmpty() && !migrate(m_connection))
        error = fail();
    if (error.isEmpty())
        error = count();
    // The file was checked above and is undamaged, so it may be written.
    if (error.isEmpty())
        error = startClock();
    if (!error.isEmpty()) {
        close();
        return error;
    }
    m_checked = true;
    m_isCounted = true;
    noteFiles();
    return {};
}

/// Stores which files are open. Logs a warning when the file is another one than at the last open().
void SqliteStore::noteFiles()
{
    const auto file = identityOf(m_path);
    m_wasReplaced = m_file && m_file != file;
    if (m_wasReplaced)
        qCWarning(lcService).noquote()
            << u"%1 is another file than before. It has %2 unfinished and %3 ended jobs, the earlier file had %4 and %5. Jobs that are only in the earlier file are no longer known"_s
                   .arg(m_path)
                   .arg(m_size.open)
                   .arg(m_size.ended)
                   .arg(m_lastSize.open)
                   .arg(m_lastSize.ended);
    m_file = file;
    m_log = identityOf(m_path + kLog);
}

/// Checks that the open files still have their names, because writes to a deleted file succeed and are lost.
/// Returns an error text for people, empty on success.
QString SqliteStore::checkFiles() const
{
    if (identityOf(m_path) == m_file && (!m_log || identityOf(m_path + kLog) == m_log))
        return {};
    return u"%1: the file or its -wal file was deleted or replaced while the service used it. Put it back, "
           u"or "
           "let the service make a new one"_s.arg(m_path);
}

void SqliteStore::close()
{
    if (std::exchange(m_isCounted, false))
        m_lastSize = m_size;
    m_connection.close();
    m_lock.release();
    forgetCounts();
}

void SqliteStore::forgetCounts()
{
    m_open.clear();
    m_size = {};
    m_ended = {};
    m_letters = {};
}

QString SqliteStore::lock()
{
    switch (m_lock.take(m_path + u".lock"_s)) {
        case FileLock::Outcome::Taken:
            break;
        case FileLock::Outcome::Busy:
            return u"another process%1 uses %2. End it, or give each its own path (store.path)"_s.arg(
                m_lock.owner().isEmpty() ? QString() : u" (%1)"_s.arg(m_lock.owner()), m_path);
        case FileLock::Outcome::CannotOpen:
            return u"cannot create %1: %2. Allow this user to write its folder, or set another path (store.path)"_s
                .arg(m_lock.path(), m_lock.errorString());
        case FileLock::Outcome::CannotLock:
            return u"cannot lock %1: %2"_s.arg(m_lock.path(), m_lock.errorString());
    }
    return {};
}

QString SqliteStore::openDatabase()
{
    if (m_connection.open(m_path, SqliteConnection::Access::Write) && setUpWriter(m_connection, m_limits))
        return {};
    return fail();
}

/// Runs SQLite's own check of pages and indexes.
QString SqliteStore::checkWhole()
{
    const auto verdict = m_connection.ask("PRAGMA integrity_check(1)");
    if (!verdict)
        return fail();
    if (verdict->toString() == "ok"_L1)
        return {};
    if (isUnread(verdict->toString()))
        return u"%1: it could not be read (%2). Check the disk"_s.arg(m_path, verdict->toString());
    return damagedFile(m_path, verdict->toString());
}

/// Continues the store's clock from the last mark in the database. Logs what the database has lost since
/// then.
QString SqliteStore::startClock()
{
    const auto before = readMark(m_connection, m_path);
    if (!before.error.isEmpty())
        return m_connection.error() == before.error ? fail() : before.error;
    SqliteTransaction transaction(m_connection);
    if (!transaction.isOpen())
        return fail();
    if (before.value) {
        m_clock.resume(before.value->clock);
        m_mark = *before.value;
    } else {
        const auto start = adoptRows(m_connection, m_limits.keepFor);
        if (!start)
            return fail();
        m_clock.startAt(*start);
        m_mark = {{}, freshName(), 0};
    }
    const QString loss = lossOf(m_mark.note(), readNote(m_path + kNote));
    m_now = m_clock.now();
    if (!mark() || !transaction.commit())
        return fail();
    if (!loss.isEmpty())
        qCWarning(lcService).noquote() << m_path + u": "_s + loss;
    writeNote(m_path + kNote, m_mark.note());
    if (before.value)
        return {};
    // adoptRows() has changed the times of the rows, so they are counted again.
    forgetCounts();
    return count();
}

bool SqliteStore::isMarkDue(std::chrono::milliseconds interval) const
{
    return m_now >= m_mark.clock.at + interval;
}

/// Writes a mark within the open transaction.
bool SqliteStore::mark()
{
    m_mark.clock = m_clock.mark();
    return writeMark(m_connection, m_mark);
}

bool SqliteStore::markAlone()
{
    SqliteTransaction transaction(m_connection);
    return transaction.isOpen() && mark() && transaction.commit();
}

/// Counts the stored items and checks each record.
QString SqliteStore::count()
{
    QSqlQuery *query = m_connection.run(HOLDLINE_BARE_JOB_ROWS);
    while (query && query->next()) {
        const auto record = bareJobOf(*query);
        if (!record) {
            query->finish();
            return damagedFile(m_path, u"a record does not match its checksum"_s);
        }
        ++kindOf(record->isSettled(), record->expired);
        const qint64 number = query->value(0).toLongLong();
        const qint64 bytes = query->value(kBytes).toLongLong();
        if (!record->isSettled())
            noteOpen(*record, {number, false, 0, bytes, {}, storeTime(query->value(kMade))});
        else if (!record->expired)
            countEnded(*record, number, storeTime(query->value(kEnded)), bytes);
    }
    if (!query || !m_connection.check(*query))
        return fail();
    query->finish();
    for (auto &[id, job] : m_open) {
        query = m_connection.run("SELECT length(data) FROM requests WHERE number = ?", {job.number});
        job.requestBytes = query && query->next() ? query->value(0).toLongLong() : 0;
        if (!query || !m_connection.check(*query))
            return fail();
        query->finish();
    }
    query = m_connection.run("SELECT kind, size, account, number FROM letters ORDER BY number");
    while (query && query->next()) {
        const auto kind = static_cast<std::size_t>(query->value(0).toInt());
        if (kind >= m_letters.size())
            continue;
        const QByteArray account = query->value(2).toByteArray();
        m_letters[kind].add(account, {{}, query->value(3).toLongLong()});
        m_letters[kind].addBytes(account, query->value(1).toLongLong());
    }
    if (!query || !m_connection.check(*query))
        return fail();
    query->finish();
    return {};
}

QString SqliteStore::fail()
{
    if (m_connection.trouble() == SqliteConnection::Trouble::Damaged)
        m_checked = false;
    return m_connection.error();
}

Result<std::vector<JobRecord>> SqliteStore::unsettled()
{
    std::map<qint64, QByteArray> byAge;
    for (const auto &[id, job] : m_open)
        byAge.emplace(job.number, id);
    Result<std::vector<JobRecord>> all;
    for (const auto &[number, id] : byAge) {
        auto one = jobsOf(m_connection, HOLDLINE_JOB_ROWS "WHERE jobs.number = ?", {number});
        if (!one.error.isEmpty())
            return {.value = {}, .error = one.error};
        for (JobRecord &record : one.value) {
            setAge(record, m_open.at(record.id).made);
            all.value.push_back(std::move(record));
        }
    }
    return all;
}

/// Sets JobRecord::made of an unfinished job, and moves its deadline by the time in which the machine was
/// off.
void SqliteStore::setAge(JobRecord &record, StoreTime made) const
{
    const auto ran = std::clamp<Duration>(m_clock.now() - made, {}, kOldest);
    auto age = ran;
    // The time in which the machine was off counts in the age that is shown, but not against the deadline.
    if (!m_clock.isSameBoot())
        age = std::clamp<Duration>(m_clock.machine().wall - record.created, ran, kOldest);
    record.deadline += std::chrono::floor<std::chrono::milliseconds>(age - ran);
    record.made = Clock::now() - age;
}

Result<std::vector<StoredKey>> SqliteStore::keysAfter(const StoredKey &last, int most)
{
    Result<std::vector<StoredKey>> keys;
    QSqlQuery *query = m_connection.run(
        "SELECT key, account FROM jobs WHERE key IS NOT NULL AND (key, account) > (?, ?) "
        "ORDER BY key, account LIMIT ?",
        {notNull(last.first), notNull(last.second), most});
    while (query && query->next())
        keys.value.emplace_back(query->value(0).toByteArray(), query->value(1).toByteArray());
    if (!query || !m_connection.check(*query))
        return {.value = {}, .error = fail()};
    query->finish();
    return keys;
}

CommitResult SqliteStore::commit(const std::vector<StoreWrite> &writes)
{
    CommitResult result;
    m_now = m_clock.now();
    SqliteTransaction transaction(m_connection);
    bool good = transaction.isOpen();
    ++m_mark.commits;
    const bool marks = isMarkDue(kCommitMark);
    good = good && (!marks || mark());
    for (std::size_t i = 0; good && i < writes.size(); ++i) {
        const Done done = std::visit([this](const auto &write) { return carryOut(write); }, writes[i]);
        good = done != Done::Failed;
        if (done == Done::Refused || done == Done::Incomplete) {
            result.refused.resize(i + 1);
            result.refused[i] = done == Done::Refused ? keyIsTaken() : requestIsMissing();
        }
    }
    if (!good || !transaction.commit())
        return {fail(), {}};
    releasePages();
    if (const QString lost = checkFiles(); !lost.isEmpty())
        return {lost, {}};
    if (marks)
        writeNote(m_path + kNote, m_mark.note());
    return result;
}

/// Frees SQLite's cache after large writes. SQLite keeps written pages in its cache; pages of large bodies
/// are never read again, and would fill the whole cache.
void SqliteStore::releasePages()
{
    if (m_largeBytes < kReleaseAfter)
        return;
    m_largeBytes = 0;
    static_cast<void>(m_connection.runOnce(u"PRAGMA shrink_memory"_s));
}

QString SqliteStore::probe()
{
    // About the size of a batch of writes.
    static const QByteArray bytes(64 * 1024, '\0');
    SqliteTransaction transaction(m_connection);
    if (transaction.isOpen() && m_connection.run("INSERT OR REPLACE INTO probe VALUES (1, ?)", {bytes}) &&
        m_connection.run("DELETE FROM probe") && transaction.commit())
        return {};
    return fail();
}

Tidied SqliteStore::tidy()
{
    Tidied tidied;
    m_clock.watch();
    m_now = m_clock.now();
    tidied.error = checkFiles();
    if (!tidied.error.isEmpty())
        return tidied;
    if (!SqliteTidier(m_connection, m_limits, m_size, m_ended).step(m_now, m_clock.machine().wall, tidied) ||
        (isMarkDue(kIdleMark) && !markAlone()))
        tidied.error = fail();
    return tidied;
}

StoreSize SqliteStore::size() const
{
    StoreSize size = m_size;
    size.now = m_clock.now();
    for (std::size_t kind = 0; kind < m_letters.size(); ++kind)
        size.deadLetters[kind] = m_letters[kind].count();
    size.bytes = QFileInfo(m_path).size() + QFileInfo(m_path + kLog).size();
    return size;
}

}  // namespace holdline
