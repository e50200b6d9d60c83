// SPDX-License-Identifier: GPL-3.0-or-later
// The writes of SqliteStore.
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/recordrules.h"
#include "service/holdline/store/sqliterows.h"
#include "service/holdline/store/sqlitestore.h"

namespace holdline {

std::int64_t &SqliteStore::kindOf(bool isEnded, bool isExpired)
{
    return isExpired ? m_size.tombstones : isEnded ? m_size.ended : m_size.open;
}

void SqliteStore::noteOpen(const JobRecord &record, qint64 number, bool hasRequest, StoreTime made)
{
    m_open.insert_or_assign(record.id,
                            OpenJob{number, !record.key.isNull(), hasRequest, lookupOf(record.token), made});
}

/// When the job was made. `otherwise` when the record does not tell it.
StoreTime SqliteStore::madeOf(const JobRecord &record, StoreTime otherwise) const
{
    if (!record.made)
        return otherwise;
    return m_now - std::chrono::floor<std::chrono::milliseconds>(Clock::now() - *record.made);
}

/// A job ends for the store when its end is stored. Null for an unfinished job.
QVariant SqliteStore::endOf(const JobRecord &record) const
{
    return record.isSettled() ? QVariant(millisecondsOf(m_now)) : QVariant();
}

SqliteStore::Done SqliteStore::failure() const
{
    return m_connection.trouble() == SqliteConnection::Trouble::Refused ? Done::Refused : Done::Failed;
}

SqliteStore::Done SqliteStore::carryOut(const PutJob &write)
{
    const auto known = m_open.find(write.record.id);
    const bool hasRequest = write.record.request || (known != m_open.end() && known->second.hasRequest);
    if (needsRequest(write.record) && !hasRequest)
        return Done::Incomplete;
    return known == m_open.end() ? insert(write.record) : update(write.record, known->second);
}

SqliteStore::Done SqliteStore::insert(const JobRecord &record)
{
    const QByteArray bytes = toBytes(record);
    const QVariant end = endOf(record);
    const StoreTime made = madeOf(record, m_now);
    QSqlQuery *query = m_connection.run(
        "INSERT INTO jobs (id, account, key, lookup, ended, expired, data, sum, made) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {notNull(record.id), notNull(record.account), record.key, lookupOf(record.token), end,
         record.expired ? 1 : 0, bytes, sumOf(record.id, bytes, end), millisecondsOf(made)});
    // An ended job with this id may exist.
    if (!query)
        return failure() == Done::Refused ? replace(record) : Done::Failed;
    const qint64 number = query->lastInsertId().toLongLong();
    ++kindOf(record.isSettled(), record.expired);
    if (!record.isSettled())
        noteOpen(record, number, record.request.has_value(), made);
    return writeParts(record, number, true, false) ? Done::Yes : Done::Failed;
}

/// Updates an unfinished job. Touches an index only when its columns change.
SqliteStore::Done SqliteStore::update(const JobRecord &record, OpenJob &job)
{
    const QByteArray bytes = toBytes(record);
    const QVariant lookup = lookupOf(record.token);
    const QVariant end = endOf(record);
    const auto sum = sumOf(record.id, bytes, end);
    const StoreTime made = madeOf(record, job.made);
    const QSqlQuery *query = nullptr;
    if (job.hasKey == record.key.isNull() || job.lookup != lookup)
        query = m_connection.run(
            "UPDATE jobs SET key = ?, lookup = ?, ended = ?, data = ?, sum = ?, made = ? WHERE number = ?",
            {record.key, lookup, end, bytes, sum, millisecondsOf(made), job.number});
    else if (record.isSettled())
        query = m_connection.run("UPDATE jobs SET ended = ?, data = ?, sum = ? WHERE number = ?",
                                 {end, bytes, sum, job.number});
    else
        query = m_connection.run("UPDATE jobs SET data = ?, sum = ?, made = ? WHERE number = ?",
                                 {bytes, sum, millisecondsOf(made), job.number});
    if (!query)
        return failure();
    const OpenJob before = job;
    if (record.isSettled()) {
        --m_size.open;
        ++kindOf(true, record.expired);
        m_open.erase(record.id);
    } else {
        noteOpen(record, before.number, before.hasRequest || record.request, made);
    }
    return writeParts(record, before.number, true, before.hasRequest) ? Done::Yes : Done::Failed;
}

/// Updates an ended job. Without a row of this id the insert failed because of the key, so it is refused.
SqliteStore::Done SqliteStore::replace(const JobRecord &record)
{
    QSqlQuery *found =
        m_connection.run("SELECT number, expired, ended FROM jobs WHERE id = ?", {notNull(record.id)});
    if (!found)
        return Done::Failed;
    const bool isThere = found->next();
    const qint64 number = isThere ? found->value(0).toLongLong() : 0;
    const bool wasExpired = isThere && found->value(1).toBool();
    // A result that comes after the end does not make the end any younger.
    const bool keepsEnd = isThere && !wasExpired && record.isSettled();
    const QVariant end = keepsEnd ? found->value(2) : endOf(record);
    found->finish();
    if (!isThere)
        return Done::Refused;
    const QByteArray bytes = toBytes(record);
    const StoreTime made = madeOf(record, m_now);
    if (!m_connection.run(
            "UPDATE jobs SET account = ?, key = ?, lookup = ?, ended = ?, expired = ?, data = ?, "
            "sum = ?, made = ? WHERE number = ?",
            {notNull(record.account), record.key, lookupOf(record.token), end, record.expired ? 1 : 0, bytes,
             sumOf(record.id, bytes, end), millisecondsOf(made), number}))
        return failure();
    --kindOf(true, wasExpired);
    ++kindOf(record.isSettled(), record.expired);
    if (!record.isSettled())
        noteOpen(record, number, true, made);
    return writeParts(record, number, false, true) ? Done::Yes : Done::Failed;
}

/// Writes request and answer. `hasRequest`: a request may be in the database. A request never changes, so a
/// stored one is not written again.
bool SqliteStore::writeParts(const JobRecord &record, qint64 number, bool isNew, bool hasRequest)
{
    if (!keepsRequest(record)) {
        if (hasRequest && !m_connection.run("DELETE FROM requests WHERE number = ?", {number}))
            return false;
    } else if (record.request && !(isNew && hasRequest)) {
        const QByteArray bytes = toBytes(*record.request);
        if (!m_connection.run("INSERT OR REPLACE INTO requests VALUES (?, ?, ?)",
                              {number, bytes, checksum(record.id, bytes)}))
            return false;
    }
    if (record.answer) {
        const QByteArray bytes = toBytes(*record.answer);
        return m_connection.run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                                {number, bytes, checksum(record.id, bytes)}) != nullptr;
    }
    return isNew || m_connection.run("DELETE FROM answers WHERE number = ?", {number}) != nullptr;
}

SqliteStore::Done SqliteStore::carryOut(const RemoveJob &write)
{
    QSqlQuery *found =
        m_connection.run("SELECT number, ended, expired FROM jobs WHERE id = ?", {notNull(write.id)});
    if (!found)
        return Done::Failed;
    const bool isThere = found->next();
    const qint64 number = isThere ? found->value(0).toLongLong() : 0;
    const bool hasEnded = isThere && !found->value(1).isNull();
    const bool isExpired = isThere && found->value(2).toBool();
    found->finish();
    if (!isThere)
        return Done::Yes;
    for (const char *sql : {"DELETE FROM jobs WHERE number = ?", "DELETE FROM requests WHERE number = ?",
                            "DELETE FROM answers WHERE number = ?"}) {
        if (!m_connection.run(sql, {number}))
            return Done::Failed;
    }
    --kindOf(hasEnded, isExpired);
    m_open.erase(write.id);
    return Done::Yes;
}

SqliteStore::Done SqliteStore::carryOut(const FreeKey &write)
{
    QSqlQuery *found = m_connection.run(HOLDLINE_BARE_JOB_ROW, {notNull(write.id)});
    if (!found)
        return Done::Failed;
    auto record = found->next() ? bareJobOf(*found) : std::nullopt;
    const QVariant number = record ? found->value(0) : QVariant();
    const QVariant ended = record ? found->value(5) : QVariant();
    found->finish();
    if (!record || !mayFreeKey(*record))
        return Done::Yes;
    record->key = {};
    ++record->revision;
    const QByteArray bytes = toBytes(*record);
    return m_connection.run("UPDATE jobs SET key = NULL, data = ?, sum = ? WHERE number = ?",
                            {bytes, sumOf(record->id, bytes, ended), number})
               ? Done::Yes
               : Done::Failed;
}

SqliteStore::Done SqliteStore::carryOut(const PutDeadLetter &write)
{
    const DeadLetter &letter = write.letter;
    const int kind = static_cast<int>(letter.kind);
    QSqlQuery *found =
        m_connection.run("SELECT number, kind, size FROM letters WHERE id = ?", {notNull(letter.id)});
    if (!found)
        return Done::Failed;
    QVariant number;
    if (found->next()) {
        number = found->value(0);
        const auto before = static_cast<std::size_t>(found->value(1).toInt());
        --m_size.deadLetters[before];
        m_deadLetterBytes[before] -= found->value(2).toLongLong();
    }
    found->finish();
    const QByteArray bytes = toBytes(letter);
    QSqlQuery *written = m_connection.run(
        "INSERT OR REPLACE INTO letters (number, id, kind, size, data, sum) VALUES (?, ?, ?, ?, ?, ?)",
        {number, notNull(letter.id), kind, letter.body.size(), bytes, checksum(letter.id, bytes)});
    if (!written)
        return Done::Failed;
    if (!m_connection.run("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?)",
                          {number.isNull() ? written->lastInsertId() : number, notNull(letter.body),
                           checksum(letter.id, letter.body)}))
        return Done::Failed;
    ++m_size.deadLetters[static_cast<std::size_t>(kind)];
    m_deadLetterBytes[static_cast<std::size_t>(kind)] += letter.body.size();
    return dropDeadLetters(kind) ? Done::Yes : Done::Failed;
}

/// Drops the oldest dead letters of this kind while there are too many.
bool SqliteStore::dropDeadLetters(int kind)
{
    const DeadLetterShare share = deadLetterShare(m_limits);
    auto &count = m_size.deadLetters[static_cast<std::size_t>(kind)];
    const auto &bytes = m_deadLetterBytes[static_cast<std::size_t>(kind)];
    while (count > 0 && (count > share.letters || bytes > share.bytes)) {
        const auto id =
            m_connection.ask("SELECT id FROM letters WHERE kind = ? ORDER BY number LIMIT 1", {kind});
        if (!id || carryOut(RemoveDeadLetter{id->toByteArray()}) != Done::Yes)
            return false;
    }
    return true;
}

SqliteStore::Done SqliteStore::carryOut(const RemoveDeadLetter &write)
{
    QSqlQuery *found =
        m_connection.run("SELECT number, kind, size FROM letters WHERE id = ?", {notNull(write.id)});
    if (!found)
        return Done::Failed;
    const bool isThere = found->next();
    const QVariant number = isThere ? found->value(0) : QVariant();
    const auto kind = static_cast<std::size_t>(isThere ? found->value(1).toInt() : 0);
    const qint64 bytes = isThere ? found->value(2).toLongLong() : 0;
    found->finish();
    if (!isThere)
        return Done::Yes;
    if (!m_connection.run("DELETE FROM letters WHERE number = ?", {number}) ||
        !m_connection.run("DELETE FROM bodies WHERE number = ?", {number}))
        return Done::Failed;
    --m_size.deadLetters[kind];
    m_deadLetterBytes[kind] -= bytes;
    return Done::Yes;
}

}  // namespace holdline
