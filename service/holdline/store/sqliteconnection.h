// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <map>
#include <optional>

namespace holdline {

/// A connection to an SQLite file, and its prepared statements, each made when it is used first and kept. All
/// that fails says why in error(), for people, with the path and what to do.
///
/// Life: open() and close() as often as one likes; one thread in between.
class SqliteConnection
{
public:
    /// What kind of trouble the last error was.
    enum class Trouble {
        None,
        Refused,  ///< a constraint: that statement alone was not carried out
        Full,     ///< there is no room
        Damaged,  ///< the file is not what it was
        Other,
    };

    SqliteConnection();
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection &) = delete;
    SqliteConnection &operator=(const SqliteConnection &) = delete;

    enum class Access { Read, Write };
    /// Of a file that is there.
    bool open(const QString &path, Access access);
    void close();
    bool isOpen() const { return m_database.isOpen(); }

    /// The statement with these values bound and carried out; nothing when that failed. Belongs to this. It
    /// is to be finish()ed when it was a question.
    QSqlQuery *run(const char *sql, const QVariantList &values = {});
    /// The same for a statement that is not kept and gives no rows.
    bool runOnce(const QString &sql);
    /// The first column of the first row; nothing also where there is none.
    std::optional<QVariant> ask(const char *sql, const QVariantList &values = {});

    Trouble trouble() const { return m_trouble; }
    QString error() const { return m_error; }
    void setError(Trouble trouble, const QString &error);
    /// What the query's last step says, where it failed; false then.
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

/// Rolls back unless committed.
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
