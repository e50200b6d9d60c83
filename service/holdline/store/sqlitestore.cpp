// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqlitestore.h"

#include "core/telemetry/logging.h"
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/recordrules.h"
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
    if (error.isEmpty())
        error = count();
    if (!error.isEmpty()) {
        close();
        return error;
    }
    m_checked = true;
    noteFiles();
    return {};
}

/// Remembers which files are open. Says so when they are not those of the last time.
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

/// Writes to a deleted file succeed and are lost. Returns an empty text when the open files still have their
/// names.
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
    if (m_connection.isOpen())
        m_lastSize = m_size;
    m_connection.close();
    m_lock.release();
    m_open.clear();
    m_size = {};
    m_deadLetterBytes = {};
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
    if (m_connection.open(m_path, SqliteConnection::Access::Write) && setUpWriter(m_connection, m_limits) &&
        migrate(m_connection))
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
    return damagedFile(m_path, verdict->toString());
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
        if (!record->isSettled())
            noteOpen(*record, query->value(0).toLongLong(), false);
    }
    if (!query || !m_connection.check(*query))
        return fail();
    query->finish();
    for (auto &[id, job] : m_open)
        job.hasRequest =
            m_connection.ask("SELECT 1 FROM requests WHERE number = ?", {job.number}).has_value();
    query = m_connection.run("SELECT kind, size FROM letters");
    while (query && query->next()) {
        const auto kind = static_cast<std::size_t>(query->value(0).toInt());
        if (kind >= m_deadLetterBytes.size())
            continue;
        ++m_size.deadLetters[kind];
        m_deadLetterBytes[kind] += query->value(1).toLongLong();
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
        std::move(one.value.begin(), one.value.end(), std::back_inserter(all.value));
    }
    return all;
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
    SqliteTransaction transaction(m_connection);
    bool good = transaction.isOpen();
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
    if (const QString lost = checkFiles(); !lost.isEmpty())
        return {lost, {}};
    return result;
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

Tidied SqliteStore::tidy(WallTime now)
{
    Tidied tidied;
    tidied.error = checkFiles();
    if (!tidied.error.isEmpty())
        return tidied;
    if (!SqliteTidier(m_connection, m_limits, m_size).step(now, tidied))
        tidied.error = fail();
    return tidied;
}

StoreSize SqliteStore::size() const
{
    StoreSize size = m_size;
    size.bytes = QFileInfo(m_path).size() + QFileInfo(m_path + kLog).size();
    return size;
}

}  // namespace holdline
