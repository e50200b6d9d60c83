// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqlitetidier.h"

#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/recordrules.h"
#include "service/holdline/store/sqliterows.h"
#include "service/holdline/store/sqliteschema.h"

namespace holdline {

namespace {

// Limits of one step, in rows and in time, because writes wait for it.
constexpr int kRows = 32;
constexpr auto kStepTime = std::chrono::milliseconds(2);
/// The number of free pages given back in one step.
constexpr int kPages = 64;
/// At most this many free pages always stay in the file.
constexpr std::int64_t kSparePages = 1024;

}  // namespace

bool SqliteTidier::step(StoreTime now, WallTime wall, Tidied &tidied)
{
    const TimePoint until = Clock::now() + kStepTime;
    return expire(now, wall, until, tidied) && (tidied.more || forget(now, until, tidied)) &&
           (tidied.more || giveBack(until, tidied));
}

/// Turns results into tombstones that are too old, too many or too large together.
bool SqliteTidier::expire(StoreTime now, WallTime wall, TimePoint until, Tidied &tidied)
{
    const std::optional<bool> full = isFull();
    if (!full)
        return false;
    const std::int64_t tooMany = m_size.ended - m_limits.jobs;
    struct Row
    {
        qint64 number;
        JobRecord record;
        qint64 ended;
        bool isOld;
        bool isSurplus;
    };
    std::vector<Row> rows;
    std::optional<StoreTime> staying;
    const auto at = [](qint64 ended) { return StoreTime(std::chrono::milliseconds(ended)); };
    QSqlQuery *query = m_connection.run(
        "SELECT number, id, account, ended FROM jobs WHERE expired = 0 AND ended IS NOT NULL ORDER BY ended "
        "LIMIT ?",
        {kRows});
    while (query && query->next()) {
        const qint64 ended = query->value(3).toLongLong();
        const bool isSurplus = static_cast<std::int64_t>(rows.size()) < tooMany;
        const bool isOld = ended < millisecondsOf(now - m_limits.keepFor);
        if (!isSurplus && !isOld && !*full) {
            staying = at(ended);
            break;
        }
        rows.push_back({query->value(0).toLongLong(), {}, ended, isOld, isSurplus});
        rows.back().record.id = query->value(1).toByteArray();
        rows.back().record.account = query->value(2).toByteArray();
    }
    if (!query || !m_connection.check(*query))
        return false;
    query->finish();
    if (rows.empty()) {
        m_size.oldestEnd = staying;
        return true;
    }
    SqliteTransaction transaction(m_connection);
    if (!transaction.isOpen())
        return false;
    int done = 0;
    for (const Row &row : rows) {
        const std::optional<bool> isStillFull = row.isOld || row.isSurplus ? true : isFull();
        if (!isStillFull)
            return false;
        if (!*isStillFull)
            break;
        const QByteArray bytes = toBytes(tombstoneOf(row.record, wall));
        if (!m_connection.run(
                "UPDATE jobs SET key = NULL, lookup = NULL, ended = ?, expired = 1, data = ?, sum = ? "
                "WHERE number = ?",
                {millisecondsOf(now), bytes, sumOf(row.record.id, bytes, millisecondsOf(now)), row.number}) ||
            !m_connection.run("DELETE FROM answers WHERE number = ?", {row.number}) ||
            !m_connection.run("DELETE FROM requests WHERE number = ?", {row.number}))
            return false;
        ++done;
        if (!row.isOld)
            ++(row.isSurplus ? tidied.tooMany : tidied.tooLarge);
        if (Clock::now() >= until)
            break;
    }
    if (!transaction.commit())
        return false;
    // When all rows went, the next step finds the oldest one. It is not older than the last one that went.
    const auto firstLeft = std::min(static_cast<std::size_t>(done), rows.size() - 1);
    m_size.oldestEnd = at(rows[firstLeft].ended);
    m_size.ended -= done;
    m_size.tombstones += done;
    tidied.expired = done;
    tidied.more = true;
    return true;
}

/// Deletes tombstones that are too old or too many. Deletes all when only tombstones use the room.
bool SqliteTidier::forget(StoreTime now, TimePoint until, Tidied &tidied)
{
    const std::optional<bool> full = m_size.ended == 0 ? isFull() : false;
    if (!full)
        return false;
    const std::int64_t tooMany = *full ? kRows : m_size.tombstones - m_limits.jobs;
    std::vector<QVariant> numbers;
    QSqlQuery *query = m_connection.run(
        "SELECT number, ended FROM jobs WHERE expired = 1 AND ended IS NOT NULL ORDER BY ended LIMIT ?",
        {kRows});
    while (query && query->next()) {
        if (static_cast<std::int64_t>(numbers.size()) >= tooMany &&
            query->value(1).toLongLong() >= millisecondsOf(now - m_limits.keepFor))
            break;
        numbers.push_back(query->value(0));
    }
    if (!query || !m_connection.check(*query))
        return false;
    query->finish();
    if (numbers.empty())
        return true;
    SqliteTransaction transaction(m_connection);
    if (!transaction.isOpen())
        return false;
    int done = 0;
    for (const QVariant &number : numbers) {
        if (!m_connection.run("DELETE FROM jobs WHERE number = ?", {number}))
            return false;
        ++done;
        if (Clock::now() >= until)
            break;
    }
    if (!transaction.commit())
        return false;
    m_size.tombstones -= done;
    tidied.more = true;
    return true;
}

/// SQLite reuses free pages. Gives free pages above a quarter of the file back to the disk.
bool SqliteTidier::giveBack(TimePoint until, Tidied &tidied)
{
    const auto all = pages("PRAGMA page_count");
    const auto unused = pages("PRAGMA freelist_count");
    if (!all || !unused)
        return false;
    const bool isTooBig = *all * kStorePage > databaseBytes(m_limits) && *unused > 0;
    if (!isTooBig && *unused <= std::max(kSparePages, *all / 4))
        return true;
    // Qt stops at the first row, and the rows of this statement have no columns. So each run moves one page.
    SqliteTransaction transaction(m_connection);
    if (!transaction.isOpen())
        return false;
    for (int page = 0; page < kPages && Clock::now() < until; ++page) {
        QSqlQuery *query = m_connection.run("PRAGMA incremental_vacuum(1)");
        if (!query)
            return false;
        query->finish();
    }
    if (!transaction.commit())
        return false;
    tidied.more = true;
    return true;
}

std::optional<std::int64_t> SqliteTidier::pages(const char *pragma)
{
    const auto answer = m_connection.ask(pragma);
    return answer ? std::optional(std::int64_t(answer->toLongLong())) : std::nullopt;
}

/// True before the last free page is used. Empty after an error of the database.
std::optional<bool> SqliteTidier::isFull()
{
    const auto all = pages("PRAGMA page_count");
    const auto unused = pages("PRAGMA freelist_count");
    if (!all || !unused)
        return std::nullopt;
    return (*all - *unused) * kStorePage > databaseBytes(m_limits) / 8 * 7;
}

}  // namespace holdline
