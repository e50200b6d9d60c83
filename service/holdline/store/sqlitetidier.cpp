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
    return expire(now, wall, until, tidied) && findOldest() && (tidied.more || forget(now, until, tidied)) &&
           (tidied.more || giveBack(until, tidied));
}

/// Turns results into tombstones that are too old, too many or too large together.
bool SqliteTidier::expire(StoreTime now, WallTime wall, TimePoint until, Tidied &tidied)
{
    std::vector<Victim> victims;
    if (!oldOnes(now, victims))
        return false;
    if (!victims.empty())
        return bury(victims, Why::IsOld, now, wall, until, tidied);
    const std::int64_t tooMany = m_size.ended - m_limits.jobs;
    if (tooMany > 0)
        return surplus(StoredItems::Measure::Items, static_cast<int>(std::min<std::int64_t>(tooMany, kRows)),
                       victims) &&
               bury(victims, Why::TooMany, now, wall, until, tidied);
    const std::optional<bool> full = isFull();
    if (!full || !*full)
        return full.has_value();
    return surplus(StoredItems::Measure::Bytes, kRows, victims) &&
           bury(victims, Why::TooLarge, now, wall, until, tidied);
}

/// Finds results older than `store.keep_for`.
bool SqliteTidier::oldOnes(StoreTime now, std::vector<Victim> &victims)
{
    QSqlQuery *query = m_connection.run(
        "SELECT number, ended, account, id, bytes FROM jobs WHERE expired = 0 AND ended < ? "
        "ORDER BY ended LIMIT ?",
        {millisecondsOf(now - m_limits.keepFor), kRows});
    while (query && query->next())
        victims.push_back(
            {{query->value(2).toByteArray(), {storeTime(query->value(1)), query->value(0).toLongLong()}},
             query->value(3).toByteArray(),
             query->value(4).toLongLong()});
    if (!query || !m_connection.check(*query))
        return false;
    query->finish();
    return true;
}

/// Finds results that must expire because there are too many or they are too large.
bool SqliteTidier::surplus(StoredItems::Measure measure, int most, std::vector<Victim> &victims)
{
    for (StoredItems::Owned &owned : m_ended.firstToGo(measure, most)) {
        QSqlQuery *query = m_connection.run("SELECT id, bytes FROM jobs WHERE number = ?",
                                            {static_cast<qint64>(owned.item.number)});
        if (query && query->next())
            victims.push_back(
                {std::move(owned), query->value(0).toByteArray(), query->value(1).toLongLong()});
        if (!query || !m_connection.check(*query))
            return false;
        query->finish();
    }
    return true;
}

/// Turns the victims into tombstones, until the time `until`.
bool SqliteTidier::bury(const std::vector<Victim> &victims, Why why, StoreTime now, WallTime wall,
                        TimePoint until, Tidied &tidied)
{
    if (victims.empty())
        return true;
    SqliteTransaction transaction(m_connection);
    if (!transaction.isOpen())
        return false;
    std::size_t done = 0;
    for (const Victim &victim : victims) {
        const std::optional<bool> isNeeded = why == Why::TooLarge ? isFull() : true;
        if (!isNeeded)
            return false;
        if (!*isNeeded)
            break;
        const auto number = static_cast<qint64>(victim.owned.item.number);
        JobRecord record;
        record.id = victim.id;
        record.account = victim.owned.account;
        const QByteArray data = toBytes(tombstoneOf(record, wall));
        if (!m_connection.run(
                "UPDATE jobs SET key = NULL, lookup = NULL, upstream = NULL, ended = ?, expired = 1, data = "
                "?, sum = ? "
                "WHERE number = ?",
                {millisecondsOf(now), data, sumOf(record.id, data, millisecondsOf(now)), number}) ||
            !m_connection.run("DELETE FROM answers WHERE number = ?", {number}) ||
            !m_connection.run("DELETE FROM requests WHERE number = ?", {number}))
            return false;
        ++done;
        if (Clock::now() >= until)
            break;
    }
    if (!transaction.commit())
        return false;
    for (std::size_t i = 0; i < done; ++i) {
        m_ended.remove(victims[i].owned.account, victims[i].owned.item);
        m_ended.addBytes(victims[i].owned.account, -victims[i].bytes);
    }
    const int buried = static_cast<int>(done);
    m_size.ended -= buried;
    m_size.tombstones += buried;
    tidied.expired = buried;
    if (why == Why::TooMany)
        tidied.tooMany = buried;
    else if (why == Why::TooLarge)
        tidied.tooLarge = buried;
    tidied.more = true;
    return true;
}

bool SqliteTidier::findOldest()
{
    const auto oldest =
        m_connection.ask("SELECT min(ended) FROM jobs WHERE expired = 0 AND ended IS NOT NULL");
    if (!oldest)
        return false;
    m_size.oldestEnd = oldest->isNull() ? std::nullopt : std::optional(storeTime(*oldest));
    return true;
}

/// Deletes tombstones that are too old or too many. Deletes tombstones of any age when they alone fill the
/// file.
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

/// Gives free pages above a quarter of the file back to the disk. SQLite reuses the other free pages.
bool SqliteTidier::giveBack(TimePoint until, Tidied &tidied)
{
    const auto all = pages("PRAGMA page_count");
    const auto unused = pages("PRAGMA freelist_count");
    if (!all || !unused)
        return false;
    const bool isTooBig = *all * kStorePage > databaseBytes(m_limits) && *unused > 0;
    if (!isTooBig && *unused <= std::max(kSparePages, *all / 4))
        return true;
    // Qt runs this statement only up to its first row, which has no columns. So each run moves one page.
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

/// True when used pages take more than 7/8 of the allowed size. Returns nothing after an error of the
/// database.
std::optional<bool> SqliteTidier::isFull()
{
    const auto all = pages("PRAGMA page_count");
    const auto unused = pages("PRAGMA freelist_count");
    if (!all || !unused)
        return std::nullopt;
    return (*all - *unused) * kStorePage > databaseBytes(m_limits) / 8 * 7;
}

}  // namespace holdline
