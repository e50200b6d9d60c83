// SPDX-License-Identifier: GPL-3.0-or-later
// The writes of SqliteStore.
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/recordrules.h"
#include "service/holdline/store/sqliterows.h"
#include "service/holdline/store/sqlitestore.h"

namespace holdline {

namespace {

/// A request or answer of at least this many bytes counts as large.
constexpr qsizetype kLargePart = 64 * 1024;

}  // namespace

std::int64_t &SqliteStore::kindOf(bool isEnded, bool isExpired)
{
    return isExpired ? m_size.tombstones : isEnded ? m_size.ended : m_size.open;
}

void SqliteStore::noteOpen(const JobRecord &record, OpenJob job)
{
    job.hasKey = !record.key.isNull();
    job.lookup = lookupOf(record.token);
    job.upstream = upstreamKeyOf(record.route, record.upstreamId);
    m_ended.addBytes(record.account, job.bytes);
    m_open.insert_or_assign(record.id, std::move(job));
}

void SqliteStore::countEnded(const JobRecord &record, qint64 number, StoreTime ended, std::int64_t bytes)
{
    m_ended.add(record.account, {ended, number});
    m_ended.addBytes(record.account, bytes);
}

void SqliteStore::uncountEnded(const QByteArray &account, qint64 number, StoreTime ended, std::int64_t bytes)
{
    m_ended.remove(account, {ended, number});
    m_ended.addBytes(account, -bytes);
}

/// Returns the store time at which the job was made, or `otherwise` when the record does not have it.
StoreTime SqliteStore::madeOf(const JobRecord &record, StoreTime otherwise) const
{
    if (!record.made)
        return otherwise;
    return m_now - std::chrono::floor<std::chrono::milliseconds>(Clock::now() - *record.made);
}

/// Returns the column `ended`: the time at which the store writes the job's end. Null for an unfinished job.
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
    const bool hasRequest = write.record.request || (known != m_open.end() && known->second.requestBytes > 0);
    if (needsRequest(write.record) && !hasRequest)
        return Done::Incomplete;
    return known == m_open.end() ? insert(write.record) : update(write.record, known->second);
}

SqliteStore::Done SqliteStore::insert(const JobRecord &record)
{
    const QByteArray data = toBytes(record);
    const Parts parts = partsOf(record, 0);
    const std::int64_t bytes = data.size() + parts.bytes();
    const QVariant end = endOf(record);
    const StoreTime made = madeOf(record, m_now);
    QSqlQuery *query = m_connection.run(
        "INSERT INTO jobs (id, account, key, lookup, upstream, ended, expired, data, sum, made, bytes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {notNull(record.id), notNull(record.account), record.key, lookupOf(record.token),
         upstreamKeyOf(record.route, record.upstreamId), end, record.expired ? 1 : 0, data,
         sumOf(record.id, data, end), millisecondsOf(made), static_cast<qint64>(bytes)});
    // The insert is also refused when an ended job with this id exists.
    if (!query)
        return failure() == Done::Refused ? replace(record) : Done::Failed;
    const qint64 number = query->lastInsertId().toLongLong();
    ++kindOf(record.isSettled(), record.expired);
    if (!record.isSettled())
        noteOpen(record, {number, false, parts.requestBytes, bytes, {}, made});
    else if (!record.expired)
        countEnded(record, number, m_now, bytes);
    return writeParts(record, number, parts, true, false) ? Done::Yes : Done::Failed;
}

/// Updates an unfinished job. Touches an index only when its columns change.
SqliteStore::Done SqliteStore::update(const JobRecord &record, OpenJob &job)
{
    const QByteArray data = toBytes(record);
    const Parts parts = partsOf(record, job.requestBytes);
    const std::int64_t bytes = data.size() + parts.bytes();
    const QVariant lookup = lookupOf(record.token);
    const QVariant upstream = upstreamKeyOf(record.route, record.upstreamId);
    const QVariant end = endOf(record);
    const auto sum = sumOf(record.id, data, end);
    const StoreTime made = madeOf(record, job.made);
    const QSqlQuery *query = nullptr;
    if (job.hasKey == record.key.isNull() || job.lookup != lookup)
        query = m_connection.run(
            "UPDATE jobs SET key = ?, lookup = ?, upstream = ?, ended = ?, data = ?, sum = ?, made = ?, "
            "bytes = ? WHERE number = ?",
            {record.key, lookup, upstream, end, data, sum, millisecondsOf(made), static_cast<qint64>(bytes),
             job.number});
    else if (job.upstream != upstream)
        query = m_connection.run(
            "UPDATE jobs SET upstream = ?, ended = ?, data = ?, sum = ?, made = ?, bytes = ? WHERE number = "
            "?",
            {upstream, end, data, sum, millisecondsOf(made), static_cast<qint64>(bytes), job.number});
    else if (record.isSettled())
        query = m_connection.run("UPDATE jobs SET ended = ?, data = ?, sum = ?, bytes = ? WHERE number = ?",
                                 {end, data, sum, static_cast<qint64>(bytes), job.number});
    else
        query = m_connection.run("UPDATE jobs SET data = ?, sum = ?, made = ?, bytes = ? WHERE number = ?",
                                 {data, sum, millisecondsOf(made), static_cast<qint64>(bytes), job.number});
    if (!query)
        return failure();
    const OpenJob before = job;
    m_ended.addBytes(record.account, -before.bytes);
    if (record.isSettled()) {
        --m_size.open;
        ++kindOf(true, record.expired);
        if (!record.expired)
            countEnded(record, before.number, m_now, bytes);
        m_open.erase(record.id);
    } else {
        noteOpen(record, {before.number, false, parts.requestBytes, bytes, {}, made});
    }
    return writeParts(record, before.number, parts, true, before.requestBytes > 0) ? Done::Yes : Done::Failed;
}

/// Updates an ended job. Without a row of this id, the insert failed because of the idempotency key, so the
/// write is refused.
SqliteStore::Done SqliteStore::replace(const JobRecord &record)
{
    QSqlQuery *found = m_connection.run(
        "SELECT number, expired, ended, account, bytes, "
        "(SELECT length(data) FROM requests WHERE requests.number = jobs.number) FROM jobs WHERE id = ?",
        {notNull(record.id)});
    if (!found)
        return Done::Failed;
    const bool isThere = found->next();
    const qint64 number = isThere ? found->value(0).toLongLong() : 0;
    const bool wasExpired = isThere && found->value(1).toBool();
    const StoreTime endedBefore = isThere ? storeTime(found->value(2)) : StoreTime();
    const QByteArray accountBefore = isThere ? found->value(3).toByteArray() : QByteArray();
    const qint64 bytesBefore = isThere ? found->value(4).toLongLong() : 0;
    const qint64 requestBytes = isThere ? found->value(5).toLongLong() : 0;
    found->finish();
    if (!isThere)
        return Done::Refused;
    // A result that comes after the job's end does not change the stored end.
    const StoreTime ended = !wasExpired ? endedBefore : m_now;
    const QVariant end = record.isSettled() ? QVariant(millisecondsOf(ended)) : QVariant();
    const QByteArray data = toBytes(record);
    const Parts parts = partsOf(record, requestBytes);
    const std::int64_t bytes = data.size() + parts.bytes();
    const StoreTime made = madeOf(record, m_now);
    if (!m_connection.run(
            "UPDATE jobs SET account = ?, key = ?, lookup = ?, upstream = ?, ended = ?, expired = ?, data = "
            "?, "
            "sum = ?, made = ?, bytes = ? WHERE number = ?",
            {notNull(record.account), record.key, lookupOf(record.token),
             upstreamKeyOf(record.route, record.upstreamId), end, record.expired ? 1 : 0, data,
             sumOf(record.id, data, end), millisecondsOf(made), static_cast<qint64>(bytes), number}))
        return failure();
    --kindOf(true, wasExpired);
    ++kindOf(record.isSettled(), record.expired);
    if (!wasExpired)
        uncountEnded(accountBefore, number, endedBefore, bytesBefore);
    if (!record.isSettled())
        noteOpen(record, {number, false, parts.requestBytes, bytes, {}, made});
    else if (!record.expired)
        countEnded(record, number, ended, bytes);
    return writeParts(record, number, parts, false, true) ? Done::Yes : Done::Failed;
}

/// Encodes request and answer. `requestBytes` is the size of the request that the database has already.
SqliteStore::Parts SqliteStore::partsOf(const JobRecord &record, std::int64_t requestBytes)
{
    Parts parts;
    if (keepsRequest(record)) {
        if (record.request)
            parts.request = toBytes(*record.request);
        parts.requestBytes = parts.request ? parts.request->size() : requestBytes;
    }
    if (record.answer)
        parts.answer = toBytes(*record.answer);
    return parts;
}

/// Writes request and answer. `hasRequest` is true when the database may have the request already. A request
/// never changes, so a stored request is not written again.
bool SqliteStore::writeParts(const JobRecord &record, qint64 number, const Parts &parts, bool isNew,
                             bool hasRequest)
{
    for (const auto *part : {&parts.request, &parts.answer}) {
        if (*part && (*part)->size() >= kLargePart)
            m_largeBytes += (*part)->size();
    }
    if (!keepsRequest(record)) {
        if (hasRequest && !m_connection.run("DELETE FROM requests WHERE number = ?", {number}))
            return false;
    } else if (parts.request && !(isNew && hasRequest)) {
        if (!m_connection.run("INSERT OR REPLACE INTO requests VALUES (?, ?, ?)",
                              {number, *parts.request, checksum(record.id, *parts.request)}))
            return false;
    }
    if (parts.answer)
        return m_connection.run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                                {number, *parts.answer, checksum(record.id, *parts.answer)}) != nullptr;
    return isNew || m_connection.run("DELETE FROM answers WHERE number = ?", {number}) != nullptr;
}

SqliteStore::Done SqliteStore::carryOut(const RemoveJob &write)
{
    QSqlQuery *found = m_connection.run(
        "SELECT number, ended, expired, account, bytes FROM jobs WHERE id = ?", {notNull(write.id)});
    if (!found)
        return Done::Failed;
    const bool isThere = found->next();
    const qint64 number = isThere ? found->value(0).toLongLong() : 0;
    const bool hasEnded = isThere && !found->value(1).isNull();
    const StoreTime ended = hasEnded ? storeTime(found->value(1)) : StoreTime();
    const bool isExpired = isThere && found->value(2).toBool();
    const QByteArray account = isThere ? found->value(3).toByteArray() : QByteArray();
    const qint64 bytes = isThere ? found->value(4).toLongLong() : 0;
    found->finish();
    if (!isThere)
        return Done::Yes;
    for (const char *sql : {"DELETE FROM jobs WHERE number = ?", "DELETE FROM requests WHERE number = ?",
                            "DELETE FROM answers WHERE number = ?"}) {
        if (!m_connection.run(sql, {number}))
            return Done::Failed;
    }
    --kindOf(hasEnded, isExpired);
    if (!hasEnded)
        m_ended.addBytes(account, -bytes);
    else if (!isExpired)
        uncountEnded(account, number, ended, bytes);
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
    const auto kind = static_cast<std::size_t>(letter.kind);
    QVariant number;
    if (!forgetDeadLetter(letter.id, number))
        return Done::Failed;
    const QByteArray data = toBytes(letter);
    QSqlQuery *written = m_connection.run(
        "INSERT OR REPLACE INTO letters (number, id, kind, size, data, sum, account) VALUES (?, ?, ?, ?, ?, "
        "?, ?)",
        {number, notNull(letter.id), static_cast<int>(letter.kind), letter.body.size(), data,
         checksum(letter.id, data), notNull(letter.account)});
    if (!written)
        return Done::Failed;
    if (number.isNull())
        number = written->lastInsertId();
    if (!m_connection.run("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?)",
                          {number, notNull(letter.body), checksum(letter.id, letter.body)}))
        return Done::Failed;
    m_letters[kind].add(letter.account, {{}, number.toLongLong()});
    m_letters[kind].addBytes(letter.account, letter.body.size());
    return dropDeadLetters(kind) ? Done::Yes : Done::Failed;
}

/// Subtracts a dead letter from the counts. `number` becomes the number of its row, or stays null without a
/// dead letter of this id. Returns false after an error of the database.
bool SqliteStore::forgetDeadLetter(const QByteArray &id, QVariant &number)
{
    QSqlQuery *found =
        m_connection.run("SELECT number, kind, size, account FROM letters WHERE id = ?", {notNull(id)});
    if (!found)
        return false;
    if (found->next()) {
        number = found->value(0);
        const auto kind = static_cast<std::size_t>(found->value(1).toInt());
        const QByteArray account = found->value(3).toByteArray();
        if (kind < m_letters.size()) {
            m_letters[kind].remove(account, {{}, number.toLongLong()});
            m_letters[kind].addBytes(account, -found->value(2).toLongLong());
        }
    }
    found->finish();
    return true;
}

/// Drops dead letters of this kind while they exceed the limits. Returns false on failure.
bool SqliteStore::dropDeadLetters(std::size_t kind)
{
    while (const auto victim = surplusOf(m_letters[kind], deadLetterShare(m_limits))) {
        const auto id = m_connection.ask("SELECT id FROM letters WHERE number = ?",
                                         {static_cast<qint64>(victim->item.number)});
        if (!id || carryOut(RemoveDeadLetter{id->toByteArray()}) != Done::Yes)
            return false;
    }
    return true;
}

SqliteStore::Done SqliteStore::carryOut(const RemoveDeadLetter &write)
{
    QVariant number;
    if (!forgetDeadLetter(write.id, number))
        return Done::Failed;
    if (number.isNull())
        return Done::Yes;
    return m_connection.run("DELETE FROM letters WHERE number = ?", {number}) &&
                   m_connection.run("DELETE FROM bodies WHERE number = ?", {number})
               ? Done::Yes
               : Done::Failed;
}

}  // namespace holdline
