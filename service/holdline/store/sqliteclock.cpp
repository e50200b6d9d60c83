// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqliteclock.h"

#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/sqliterows.h"

#include <algorithm>
#include <vector>

namespace holdline {

using std::chrono::milliseconds;

namespace {

/// The most rows that are read at once before they are changed.
constexpr int kRows = 500;

std::uint32_t sumOfMark(const DatabaseMark &mark)
{
    const StoreMark &clock = mark.clock;
    QByteArray text = mark.store;
    for (const milliseconds part : {clock.at.time_since_epoch(), clock.machine.wall.time_since_epoch(),
                                    clock.machine.sinceBoot, milliseconds(mark.commits)})
        text += ' ' + QByteArray::number(static_cast<qint64>(part.count()));
    return checksum(clock.machine.boot, text);
}

/// Runs a query for one number. `number` stays empty without a row or for NULL. Returns false on failure.
bool askNumber(SqliteConnection &connection, const char *sql, std::optional<qint64> &number)
{
    QSqlQuery *query = connection.run(sql);
    if (!query)
        return false;
    if (query->next() && !query->value(0).isNull())
        number = query->value(0).toLongLong();
    const bool good = connection.check(*query);
    query->finish();
    return good;
}

/// Sets all ends after `latest` to `latest`. Ends from a wall clock that was ahead would make all other
/// results old.
bool bringBack(SqliteConnection &connection, qint64 latest)
{
    struct Row
    {
        qint64 number;
        QByteArray id;
        QByteArray data;
    };
    std::vector<Row> rows;
    do {
        rows.clear();
        QSqlQuery *query =
            connection.run("SELECT number, id, data FROM jobs WHERE ended > ? LIMIT ?", {latest, kRows});
        while (query && query->next())
            rows.push_back(
                {query->value(0).toLongLong(), query->value(1).toByteArray(), query->value(2).toByteArray()});
        if (!query || !connection.check(*query))
            return false;
        query->finish();
        for (const Row &row : rows) {
            if (!connection.run("UPDATE jobs SET ended = ?, sum = ? WHERE number = ?",
                                {latest, sumOf(row.id, row.data, latest), row.number}))
                return false;
        }
    } while (!rows.empty());
    return true;
}

}  // namespace

Result<std::optional<DatabaseMark>> readMark(SqliteConnection &connection, const QString &path)
{
    Result<std::optional<DatabaseMark>> found;
    QSqlQuery *query = connection.run("SELECT at, wall, since_boot, boot, store, commits, sum FROM clock");
    if (query && query->next()) {
        const auto number = [query](int column) { return query->value(column).toLongLong(); };
        DatabaseMark &mark = found.value.emplace();
        mark.clock.at = StoreTime(milliseconds(number(0)));
        mark.clock.machine = {std::chrono::sys_time<milliseconds>(milliseconds(number(1))),
                              milliseconds(number(2)), query->value(3).toByteArray()};
        mark.store = query->value(4).toByteArray();
        mark.commits = number(5);
        if (number(6) != static_cast<qint64>(sumOfMark(mark)))
            found.error = damagedFile(path, QStringLiteral("its clock does not match its checksum"));
    }
    if (!query || !connection.check(*query))
        found.error = connection.error();
    else
        query->finish();
    return found;
}

bool writeMark(SqliteConnection &connection, const DatabaseMark &mark)
{
    const StoreMark &clock = mark.clock;
    return connection.run(
               "INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
               {millisecondsOf(clock.at), static_cast<qint64>(clock.machine.wall.time_since_epoch().count()),
                static_cast<qint64>(clock.machine.sinceBoot.count()), notNull(clock.machine.boot), mark.store,
                static_cast<qint64>(mark.commits), sumOfMark(mark)}) != nullptr;
}

std::optional<StoreTime> adoptRows(SqliteConnection &connection, milliseconds keepFor)
{
    std::optional<qint64> oldest;
    std::optional<qint64> newest;
    std::optional<qint64> tombstone;
    if (!askNumber(connection, "SELECT min(ended) FROM jobs WHERE expired = 0 AND ended IS NOT NULL",
                   oldest) ||
        !askNumber(connection, "SELECT max(ended) FROM jobs WHERE expired = 0 AND ended IS NOT NULL",
                   newest) ||
        !askNumber(connection, "SELECT max(ended) FROM jobs WHERE expired = 1 AND ended IS NOT NULL",
                   tombstone))
        return std::nullopt;
    qint64 start = std::max(newest.value_or(0), tombstone.value_or(0));
    if (oldest)
        start = std::min(start, *oldest + static_cast<qint64>(keepFor.count()));
    if (!bringBack(connection, start) ||
        !connection.run("UPDATE jobs SET made = ? WHERE ended IS NULL", {start}))
        return std::nullopt;
    return StoreTime(milliseconds(start));
}

}  // namespace holdline
