// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqliteconnection.h"

#include <QRegularExpression>
#include <QSqlError>

#include <atomic>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

// Primary result codes of SQLite. They are part of its interface.
constexpr int kPermission = 3;
constexpr int kBusy = 5;
constexpr int kNoMemory = 7;
constexpr int kReadOnly = 8;
constexpr int kInput = 10;
constexpr int kCorrupt = 11;
constexpr int kFull = 13;
constexpr int kCannotOpen = 14;
constexpr int kConstraint = 19;
constexpr int kNotADatabase = 26;
/// An extended result code: memory ran out while SQLite read or wrote.
constexpr int kInputNoMemory = kInput | 12 << 8;

/// The primary result code of any result code.
int primary(int code)
{
    return code == kInputNoMemory ? kNoMemory : code & 0xff;
}

QString advice(int code)
{
    switch (code) {
        case kPermission:
        case kReadOnly:
            return u"it cannot be written. Allow this user to write the file and its folder"_s;
        case kBusy:
            return u"another program uses it. End that program"_s;
        case kNoMemory:
            return u"the memory ran out. Give the service more"_s;
        case kInput:
            return u"reading or writing failed. Check the disk and limits on file sizes"_s;
        case kCorrupt:
            return u"it is damaged. Move it away with its -wal and -shm files. Keep them if their content "
                   "matters"_s;
        case kFull:
            return u"the disk, or the part of it allowed by store.bytes, is full. Free some space or raise store.bytes"_s;
        case kCannotOpen:
            return u"it cannot be opened. Check the rights of the file and its folder"_s;
        case kNotADatabase:
            return u"it is not an SQLite database. Move it away, or set another path (store.path)"_s;
        default:
            return u"SQLite failed"_s;
    }
}

SqliteConnection::Trouble troubleOf(int code)
{
    switch (code) {
        case kConstraint:
            return SqliteConnection::Trouble::Refused;
        case kFull:
            return SqliteConnection::Trouble::Full;
        case kCorrupt:
        case kNotADatabase:
            return SqliteConnection::Trouble::Damaged;
        default:
            return SqliteConnection::Trouble::Other;
    }
}

/// Returns a new connection name, because Qt's connection names are global in the process.
QString freshName()
{
    static std::atomic<int> last = 0;
    return u"holdline-%1"_s.arg(++last);
}

}  // namespace

SqliteConnection::SqliteConnection() : m_name(freshName()) {}

SqliteConnection::~SqliteConnection()
{
    close();
}

bool SqliteConnection::open(const QString &path, Access access)
{
    close();
    m_path = path;
    m_database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_name);
    if (!m_database.isValid()) {
        setError(Trouble::Other, u"Qt's driver for SQLite is missing. Install libqt6sql6-sqlite"_s);
        return false;
    }
    m_database.setDatabaseName(path);
    // Waits for locks 1 s at most, not 5 s as is Qt's default: the lock file keeps other processes out, and
    // readers never delay the writer.
    m_database.setConnectOptions(access == Access::Read ? u"QSQLITE_BUSY_TIMEOUT=1000;QSQLITE_OPEN_READONLY"_s
                                                        : u"QSQLITE_BUSY_TIMEOUT=1000"_s);
    if (!m_database.open())
        return fail(m_database.lastError());
    return true;
}

void SqliteConnection::close()
{
    m_statements.clear();
    if (!m_database.isValid())
        return;
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_name);
}

QSqlQuery *SqliteConnection::run(const char *sql, const QVariantList &values)
{
    auto found = m_statements.find(sql);
    if (found == m_statements.end()) {
        QSqlQuery query(m_database);
        query.setForwardOnly(true);
        if (!query.prepare(QString::fromLatin1(sql))) {
            fail(query.lastError());
            return nullptr;
        }
        found = m_statements.emplace(sql, std::move(query)).first;
    }
    QSqlQuery &query = found->second;
    for (int i = 0; i < values.size(); ++i)
        query.bindValue(i, values[i]);
    if (!query.exec()) {
        fail(query.lastError());
        query.finish();
        return nullptr;
    }
    return &query;
}

bool SqliteConnection::runOnce(const QString &sql)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    return query.exec(sql) || fail(query.lastError());
}

std::optional<QVariant> SqliteConnection::ask(const char *sql, const QVariantList &values)
{
    QSqlQuery *query = run(sql, values);
    if (!query)
        return std::nullopt;
    std::optional<QVariant> answer;
    if (query->next())
        answer = query->value(0);
    else if (!check(*query))
        answer = std::nullopt;
    query->finish();
    return answer;
}

bool SqliteConnection::check(const QSqlQuery &query)
{
    return !query.lastError().isValid() || fail(query.lastError());
}

void SqliteConnection::setError(Trouble trouble, const QString &error)
{
    m_trouble = trouble;
    m_error = error;
}

bool SqliteConnection::fail(const QSqlError &error)
{
    const int code = primary(error.nativeErrorCode().toInt());
    setError(troubleOf(code), u"%1: %2 (SQLite: %3)"_s.arg(m_path, advice(code), error.databaseText()));
    return false;
}

bool isUnread(const QString &verdict)
{
    static const QRegularExpression code(u"error code=(\\d+)"_s);
    if (const auto match = code.match(verdict); match.hasMatch())
        return troubleOf(primary(match.captured(1).toInt())) != SqliteConnection::Trouble::Damaged;
    return verdict.contains(u"failed to get page"_s, Qt::CaseInsensitive) ||
           verdict.contains(u"failed to read ptrmap"_s, Qt::CaseInsensitive);
}

SqliteTransaction::SqliteTransaction(SqliteConnection &connection)
    : m_connection(connection), m_open(connection.run("BEGIN IMMEDIATE") != nullptr)
{
}

SqliteTransaction::~SqliteTransaction()
{
    if (!m_open)
        return;
    // Keeps the error of the failed statement, not the error of this rollback.
    const auto trouble = m_connection.trouble();
    const QString error = m_connection.error();
    m_connection.run("ROLLBACK");
    m_connection.setError(trouble, error);
}

bool SqliteTransaction::commit()
{
    if (!m_connection.run("COMMIT"))
        return false;
    m_open = false;
    return true;
}

}  // namespace holdline
