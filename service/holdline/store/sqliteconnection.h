// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <map>
#include <optional>

namespace holdline {

/// A connection to an SQLite file with its prepared statements. Each statement is prepared at its first use.
/// After a failure, error() has the reason for people, with the path and the remedy.
///
/// Usage: open() and close() any number of times. Between open() and close(), call all functions in one
/// thread.
class SqliteConnection
{
public:
    /// The kind of the last error.
    enum class Trouble {
        None,
        Refused,  ///< a constraint failed; only that statement was not carried out
        Full,     ///< the disk, or the allowed size, is full
        Damaged,  ///< the file is damaged
        Other,
    };

    SqliteConnection();
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection &) = delete;
    SqliteConnection &operator=(const SqliteConnection &) = delete;

    enum class Access { Read, Write };
    /// Opens an existing file.
    bool open(const QString &path, Access access);
    void close();
    bool isOpen() const { return m_database.isOpen(); }

    /// Binds the values and runs the statement. Returns null on failure. The connection owns the query. Call
    /// finish() after reading rows.
    QSqlQuery *run(const char *sql, const QVariantList &values = {});
    /// Runs a statement that returns no rows, and does not keep it prepared.
    bool runOnce(const QString &sql);
    /// Returns the first column of the first row. Empty on failure and without a row.
    std::optional<QVariant> ask(const char *sql, const QVariantList &values = {});

    Trouble trouble() const { return m_trouble; }
    QString error() const { return m_error; }
    void setError(Trouble trouble, const QString &error);
    /// Checks the query's last step. On failure sets error() and returns false.
    bool check(const QSqlQuery &query);

private:
    bool fail(const QSqlError &error);

    QString m_path;
    QString m_name;
    QSqlDatabase m_database;
    std::map<const char *, QSqlQuery> m_statements;
    Trouble m_trouble = Trouble::None;
    QString m_error;
};

/// True when this result of PRAGMA integrity_check is about a page that could not be read. Such a page may be
/// undamaged. Pure.
bool isUnread(const QString &verdict);

/// A transaction. Rolls back unless it was committed.
class SqliteTransaction
{
public:
    explicit SqliteTransaction(SqliteConnection &connection);
    ~SqliteTransaction();
    SqliteTransaction(const SqliteTransaction &) = delete;
    SqliteTransaction &operator=(const SqliteTransaction &) = delete;

    bool isOpen() const { return m_open; }
    bool commit();

private:
    SqliteConnection &m_connection;
    bool m_open;
};

}  // namespace holdline
