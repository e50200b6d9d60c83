// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqliteschema.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// "HLDN" in PRAGMA application_id marks a database of Holdline.
constexpr int kApplication = 0x484c444e;
constexpr std::int64_t kMiB = 1024 * 1024;

bool set(SqliteConnection &connection, const QString &pragma)
{
    return connection.runOnce(u"PRAGMA "_s + pragma);
}

}  // namespace

const Migrations &storeMigrations()
{
    // `number` grows with each new record, so recent rows are close together. Large columns and columns
    // written once have their own tables, so that an update changes few pages. `sum` is checksum() of the
    // bytes, and sumOf() in `jobs`.
    static const Migrations all{
        {
            u"CREATE TABLE jobs (number INTEGER PRIMARY KEY, id BLOB NOT NULL, account BLOB NOT NULL, key "
            u"BLOB, "
            "lookup INTEGER, ended INTEGER, expired INTEGER NOT NULL, data BLOB NOT NULL, sum INTEGER NOT NULL)"_s,
            u"CREATE UNIQUE INDEX jobs_by_id ON jobs (id)"_s,
            u"CREATE UNIQUE INDEX jobs_by_key ON jobs (key, account) WHERE key IS NOT NULL"_s,
            u"CREATE INDEX jobs_by_lookup ON jobs (lookup) WHERE lookup IS NOT NULL"_s,
            u"CREATE INDEX jobs_by_end ON jobs (expired, ended) WHERE ended IS NOT NULL"_s,
            u"CREATE TABLE requests (number INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)"_s,
            u"CREATE TABLE answers (number INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)"_s,
            u"CREATE TABLE letters (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind INTEGER NOT "
            u"NULL, "
            "size INTEGER NOT NULL, data BLOB NOT NULL, sum INTEGER NOT NULL)"_s,
            u"CREATE TABLE bodies (number INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)"_s,
            u"CREATE TABLE probe (number INTEGER PRIMARY KEY, data BLOB)"_s,
        },
        // `ended` and `made` are store times (StoreClock). `clock` has the last DatabaseMark as its only row.
        {
            u"ALTER TABLE jobs ADD COLUMN made INTEGER"_s,
            u"CREATE TABLE clock (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, wall INTEGER NOT NULL, "
            "since_boot INTEGER NOT NULL, boot BLOB NOT NULL, store BLOB NOT NULL, commits INTEGER NOT NULL, "
            "sum INTEGER NOT NULL)"_s,
        },
        // `bytes` is the size of a job's rows in all tables. Dead letters of earlier versions get an empty
        // account.
        {
            u"ALTER TABLE jobs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0"_s,
            u"UPDATE jobs SET bytes = length(data) + "
            "coalesce((SELECT length(data) FROM requests WHERE requests.number = jobs.number), 0) + "
            "coalesce((SELECT length(data) FROM answers WHERE answers.number = jobs.number), 0)"_s,
            u"ALTER TABLE letters ADD COLUMN account BLOB NOT NULL DEFAULT x''"_s,
        },
        // `upstream` is upstreamKeyOf() of the record. It is null for jobs of earlier versions, whose
        // callbacks had tokens.
        {
            u"ALTER TABLE jobs ADD COLUMN upstream INTEGER"_s,
            u"CREATE INDEX jobs_by_upstream ON jobs (upstream) WHERE upstream IS NOT NULL"_s,
        },
    };
    return all;
}

std::int64_t aheadBytes(const Config::Store &limits)
{
    return std::min(limits.bytes / 8, kMiB);
}

std::int64_t databaseBytes(const Config::Store &limits)
{
    return limits.bytes - 2 * aheadBytes(limits);
}

bool setUpWriter(SqliteConnection &connection, const Config::Store &limits)
{
    // Allows free pages to be given back to the disk bit by bit. Only for a new file, because an existing
    // file is not checked yet and must not be written.
    const std::int64_t pages = std::max<std::int64_t>(databaseBytes(limits) / kStorePage, 64);
    const auto pagesNow = connection.ask("PRAGMA page_count");
    if (!pagesNow)
        return false;
    const bool isNew = pagesNow->toInt() == 0;
    if (isNew && (!set(connection, u"page_size = %1"_s.arg(kStorePage)) ||
                  !set(connection, u"auto_vacuum = INCREMENTAL"_s)))
        return false;
    return set(connection, u"journal_mode = WAL"_s) &&
           set(connection,
               limits.synchronous == StoreSync::Full ? u"synchronous = FULL"_s : u"synchronous = NORMAL"_s) &&
           // The commit that reaches this size does the checkpoint and takes longer. The size is small, so
           // that the delay is short.
           set(connection, u"wal_autocheckpoint = %1"_s.arg(aheadBytes(limits) / kStorePage)) &&
           set(connection, u"journal_size_limit = %1"_s.arg(aheadBytes(limits))) &&
           set(connection, u"temp_store = MEMORY"_s) && set(connection, u"cache_size = -16384"_s) &&
           set(connection, u"max_page_count = %1"_s.arg(pages));
}

bool migrate(SqliteConnection &connection, const Migrations &migrations)
{
    const auto objects = connection.ask("SELECT count(*) FROM sqlite_master");
    const auto application = connection.ask("PRAGMA application_id");
    const auto version = connection.ask("PRAGMA user_version");
    if (!objects || !application || !version)
        return false;
    const auto refuse = [&connection](const QString &why) {
        connection.setError(SqliteConnection::Trouble::Other,
                            why + u". Set another path (store.path), or move the file away"_s);
        return false;
    };
    const bool isEmpty = objects->toInt() == 0 && application->toInt() == 0 && version->toInt() == 0;
    if (!isEmpty && application->toInt() != kApplication)
        return refuse(u"the database is not Holdline's"_s);
    const int newest = static_cast<int>(migrations.size());
    if (version->toInt() > newest)
        return refuse(
            u"the database was made by a newer version of Holdline (its form is %1, this one knows %2)"_s
                .arg(version->toInt())
                .arg(newest));
    for (int from = version->toInt(); from < newest; ++from) {
        SqliteTransaction transaction(connection);
        if (!transaction.isOpen())
            return false;
        for (const QString &statement : migrations[static_cast<std::size_t>(from)]) {
            if (!connection.runOnce(statement))
                return false;
        }
        if (!set(connection, u"application_id = %1"_s.arg(kApplication)) ||
            !set(connection, u"user_version = %1"_s.arg(from + 1)) || !transaction.commit())
            return false;
    }
    return true;
}

}  // namespace holdline
