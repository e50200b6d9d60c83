// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqlitereader.h"

#include "core/job/jobid.h"
#include "core/telemetry/logging.h"
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/sqliterows.h"

namespace holdline {

namespace {

/// How often a look-up is tried before it fails.
constexpr int kReadings = 2;

std::optional<DeadLetter> letterOf(const QSqlQuery &query)
{
    const QByteArray id = query.value(0).toByteArray();
    const QByteArray bytes = query.value(1).toByteArray();
    auto letter = query.value(2).toLongLong() == static_cast<qint64>(checksum(id, bytes))
                      ? fromBytes<DeadLetter>(bytes)
                      : std::nullopt;
    if (!letter || letter->id != id) {
        qCWarning(lcService) << "a dead letter in the store is damaged, so it is not listed";
        return std::nullopt;
    }
    return letter;
}

}  // namespace

QString SqliteReader::open()
{
    if (m_connection.isOpen())
        return {};
    if (m_connection.open(m_path, SqliteConnection::Access::Read) &&
        m_connection.runOnce(QStringLiteral("PRAGMA cache_size = -4096")))
        return {};
    m_connection.close();
    return m_connection.error();
}

/// Opens the connection and calls `read`, which reads from it, at most kReadings times.
template <typename Found, typename Read>
Found SqliteReader::read(const Read &read)
{
    Found found;
    for (int i = 0; i < kReadings; ++i) {
        found = {};
        found.error = open();
        if (found.error.isEmpty())
            found = read();
        if (found.error.isEmpty())
            break;
        close();
    }
    return found;
}

StoreReader::Jobs SqliteReader::look(const char *sql, const QVariantList &values)
{
    return read<Jobs>([&] { return jobsOf(m_connection, sql, values); });
}

StoreReader::Job SqliteReader::lookForOne(const char *sql, const QVariantList &values)
{
    Jobs found = look(sql, values);
    Job one;
    one.error = std::move(found.error);
    if (!found.value.empty())
        one.value = std::move(found.value.front());
    return one;
}

StoreReader::Job SqliteReader::find(const QByteArray &id)
{
    return lookForOne(HOLDLINE_JOB_ROWS "WHERE id = ?", {notNull(id)});
}

StoreReader::Job SqliteReader::findByKey(const QByteArray &account, const QByteArray &key)
{
    if (key.isNull())
        return {};
    return lookForOne(HOLDLINE_JOB_ROWS "WHERE key = ? AND account = ?", {key, notNull(account)});
}

StoreReader::Job SqliteReader::findByToken(const QByteArray &token)
{
    const QVariant lookup = lookupOf(token);
    if (lookup.isNull())
        return {};
    Jobs found = look(HOLDLINE_JOB_ROWS "WHERE lookup = ?", {lookup});
    Job one;
    one.error = std::move(found.error);
    for (JobRecord &record : found.value) {
        if (equalsInConstantTime(record.token, token))
            one.value = std::move(record);
    }
    return one;
}

StoreReader::Job SqliteReader::findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId)
{
    const QVariant upstream = upstreamKeyOf(route, upstreamId);
    if (upstream.isNull())
        return {};
    // An upstream may give many jobs the same id. Only the newest job is read, so that the query stays cheap.
    Job one =
        lookForOne(HOLDLINE_JOB_ROWS "WHERE upstream = ? ORDER BY jobs.number DESC LIMIT 1", {upstream});
    if (one.value && (one.value->route != route || one.value->upstreamId != upstreamId))
        one.value.reset();
    return one;
}

StoreReader::Jobs SqliteReader::findAllByKey(const QByteArray &key, int most)
{
    if (key.isNull())
        return {};
    return look(HOLDLINE_JOB_ROWS "WHERE key = ? ORDER BY jobs.number DESC LIMIT ?", {key, most});
}

StoreReader::Letter SqliteReader::findDeadLetter(const QByteArray &id)
{
    return read<Letter>([&] {
        Letter found;
        QSqlQuery *query = m_connection.run(
            "SELECT id, letters.data, letters.sum, bodies.data, bodies.sum FROM letters "
            "JOIN bodies ON bodies.number = letters.number WHERE id = ?",
            {notNull(id)});
        if (query && query->next()) {
            found.value = letterOf(*query);
            const QByteArray body = query->value(3).toByteArray();
            if (found.value && query->value(4).toLongLong() == static_cast<qint64>(checksum(id, body)))
                found.value->body = body;
            else
                found.value.reset();
        }
        if (!query || !m_connection.check(*query))
            return Letter{.value = {}, .error = m_connection.error()};
        query->finish();
        return found;
    });
}

StoreReader::Letters SqliteReader::listDeadLetters(std::optional<DeadLetter::Kind> kind, int most)
{
    const QVariant wanted = kind ? QVariant(static_cast<int>(*kind)) : QVariant();
    return read<Letters>([&] {
        Letters found;
        QSqlQuery *query = m_connection.run(
            "SELECT id, data, sum FROM letters WHERE ? IS NULL OR kind = ? "
            "ORDER BY number DESC LIMIT ?",
            {wanted, wanted, most});
        while (query && query->next()) {
            if (auto letter = letterOf(*query)) {
                letter->token = {};
                found.value.push_back(std::move(*letter));
            }
        }
        if (!query || !m_connection.check(*query))
            return Letters{.value = {}, .error = m_connection.error()};
        query->finish();
        return found;
    });
}

}  // namespace holdline
