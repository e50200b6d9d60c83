// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/sqliterows.h"

#include "core/job/jobid.h"
#include "core/job/problem.h"
#include "core/telemetry/logging.h"
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/recordrules.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

enum Column {
    Number,
    Id,
    Account,
    Key,
    Lookup,
    Ended,
    Expired,
    Data,
    Sum,
    Request,
    RequestSum,
    Answer,
    AnswerSum
};

/// Returns the bytes when their checksum is right.
std::optional<QByteArray> checked(const QSqlQuery &query, const QByteArray &id, int data, int sum)
{
    QByteArray bytes = query.value(data).toByteArray();
    if (query.value(sum).toLongLong() != static_cast<qint64>(checksum(id, bytes)))
        return std::nullopt;
    return bytes;
}

/// Returns the column `ended` as form 1 of the database stored it: a time of the wall clock.
QVariant firstFormsEnd(const JobRecord &record)
{
    const WallTime end = record.settled.value_or(record.created);
    return record.isSettled() ? QVariant(static_cast<qint64>(end.time_since_epoch().count())) : QVariant();
}

RecordedAnswer damagedAnswer(const JobRecord &record)
{
    Problem problem;
    problem.reason = Reason::InternalError;
    problem.detail = u"the stored result of this job is damaged"_s;
    problem.job = record.id;
    RecordedAnswer answer;
    answer.status = problem.status();
    answer.contentType = Problem::kContentType;
    answer.body = problem.toJson();
    return answer;
}

QString damaged(const QByteArray &id)
{
    return u"the stored job %1 is damaged. End the service and move the database away with its -wal and "
           "-shm files"_s.arg(QString::fromLatin1(id.toPercentEncoding()));
}

}  // namespace

QString damagedFile(const QString &path, const QString &how)
{
    return u"%1: it is damaged (%2). Move it away with its -wal and -shm files. Keep them if their content "
           "matters"_s.arg(path, how);
}

QByteArray notNull(const QByteArray &bytes)
{
    return bytes.isNull() ? QByteArray("") : bytes;
}

QVariant lookupOf(const QByteArray &text)
{
    const auto token = CallbackToken::fromText(text);
    return token ? QVariant(static_cast<qint64>(token->lookup)) : QVariant();
}

QVariant upstreamKeyOf(const QByteArray &route, const QByteArray &upstreamId)
{
    if (route.isEmpty() || upstreamId.isEmpty())
        return {};
    // The slash is an unambiguous separator, because no route's name contains a slash.
    const QByteArray hash = QCryptographicHash::hash(route + '/' + upstreamId, QCryptographicHash::Sha256);
    return QVariant(qFromBigEndian<qint64>(hash.constData()));
}

qint64 millisecondsOf(StoreTime time)
{
    return time.time_since_epoch().count();
}

StoreTime storeTime(const QVariant &milliseconds)
{
    return StoreTime(std::chrono::milliseconds(milliseconds.toLongLong()));
}

std::uint32_t sumOf(const QByteArray &id, const QByteArray &bytes, const QVariant &ended)
{
    return checksum(id, ended.isNull() ? bytes : bytes + QByteArray::number(ended.toLongLong()));
}

std::optional<JobRecord> bareJobOf(const QSqlQuery &query)
{
    const QByteArray id = query.value(Id).toByteArray();
    const QByteArray bytes = query.value(Data).toByteArray();
    const QVariant ended = query.value(Ended);
    const qint64 sum = query.value(Sum).toLongLong();
    const bool isRight = sum == sumOf(id, bytes, ended);
    auto record = isRight || sum == checksum(id, bytes) ? fromBytes<JobRecord>(bytes) : std::nullopt;
    // The checksum of form 1 did not cover the column `ended`, which must equal the end in the bytes.
    if (!record || !(isRight || ended == firstFormsEnd(*record)))
        return std::nullopt;
    if (record->id != id || record->account != query.value(Account).toByteArray() ||
        record->key != query.value(Key).toByteArray() || record->expired != query.value(Expired).toBool() ||
        record->isSettled() == ended.isNull())
        return std::nullopt;
    const QVariant lookup = lookupOf(record->token);
    const QVariant stored = query.value(Lookup);
    const bool isSame =
        stored.isNull() ? lookup.isNull() : !lookup.isNull() && stored.toLongLong() == lookup.toLongLong();
    return isSame ? record : std::nullopt;
}

Result<std::optional<JobRecord>> jobOf(const QSqlQuery &query)
{
    Result<std::optional<JobRecord>> looked;
    auto record = bareJobOf(query);
    if (!record) {
        looked.error = damaged(query.value(Id).toByteArray());
        return looked;
    }
    // A missing request cannot be found by a checksum, so needsRequest() decides whether it is damage.
    bool isWhole = !needsRequest(*record);
    if (!query.value(Request).isNull()) {
        const auto bytes = checked(query, record->id, Request, RequestSum);
        record->request = bytes ? fromBytes<RecordedRequest>(*bytes) : std::nullopt;
        isWhole = record->request.has_value();
    }
    if (!isWhole) {
        looked.error = damaged(record->id);
        return looked;
    }
    const auto bytes =
        query.value(Answer).isNull() ? std::nullopt : checked(query, record->id, Answer, AnswerSum);
    record->answer = bytes ? fromBytes<RecordedAnswer>(*bytes) : std::nullopt;
    if (!record->answer && record->isSettled() && !record->expired) {
        qCWarning(lcService).noquote() << "the stored result of job" << record->id << "is damaged";
        record->status.outcome = Reason::InternalError;
        record->answer = damagedAnswer(*record);
    }
    looked.value = std::move(record);
    return looked;
}

Result<std::vector<JobRecord>> jobsOf(SqliteConnection &connection, const char *sql,
                                      const QVariantList &values)
{
    Result<std::vector<JobRecord>> all;
    QSqlQuery *query = connection.run(sql, values);
    if (!query)
        return {.value = {}, .error = connection.error()};
    while (all.error.isEmpty() && query->next()) {
        auto one = jobOf(*query);
        if (one.value)
            all.value.push_back(std::move(*one.value));
        all.error = one.error;
    }
    if (all.error.isEmpty() && !connection.check(*query))
        all.error = connection.error();
    query->finish();
    if (!all.error.isEmpty())
        all.value.clear();
    return all;
}

}  // namespace holdline
