// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"

namespace holdline {

// Functions that read rows, for the writer and the readers of an SQLite store. SQLite has no checksums. So
// each row is checked against its column `sum`, and the other columns against the record in `data`.

/// Statement for all records without request and answer, for bareJobOf().
#define HOLDLINE_BARE_JOB_ROWS                                                                   \
    "SELECT number, id, account, key, lookup, ended, expired, data, sum, made, bytes FROM jobs " \
    "ORDER BY number"
/// Statement for one record by its id, for bareJobOf().
#define HOLDLINE_BARE_JOB_ROW \
    "SELECT number, id, account, key, lookup, ended, expired, data, sum, made FROM jobs WHERE id = ?"

/// Beginning of a statement for whole records, for jobOf(). A WHERE clause must follow.
#define HOLDLINE_JOB_ROWS                                                                      \
    "SELECT jobs.number, jobs.id, account, key, lookup, ended, expired, jobs.data, jobs.sum, " \
    "requests.data, requests.sum, answers.data, answers.sum FROM jobs "                        \
    "LEFT JOIN requests ON requests.number = jobs.number LEFT JOIN answers ON answers.number = jobs.number "

/// Returns the record of the current row without request and answer. Returns nothing when the row is damaged.
/// The first nine columns must be those of HOLDLINE_BARE_JOB_ROWS.
std::optional<JobRecord> bareJobOf(const QSqlQuery &query);

/// Returns the whole record of the current row. A settled record with a damaged answer gets an answer with
/// the status 500. Any other damage is an error.
Result<std::optional<JobRecord>> jobOf(const QSqlQuery &query);

/// Returns all records of a statement with HOLDLINE_JOB_ROWS.
Result<std::vector<JobRecord>> jobsOf(SqliteConnection &connection, const char *sql,
                                      const QVariantList &values);

/// Returns the error text for a damaged file, for people. `how` describes the damage.
QString damagedFile(const QString &path, const QString &how);

/// Makes a value for binding. A null array becomes an empty one, because SQLite distinguishes null from
/// empty.
QByteArray notNull(const QByteArray &bytes);
/// Returns CallbackToken::lookup as a signed number, because SQLite has no unsigned numbers. Null without a
/// token.
QVariant lookupOf(const QByteArray &token);
/// Returns the value of the column `upstream`: a hash of the route and the job's id at the upstream. Null
/// without a route or id. Different ids may have the same hash, so compare the record's id.
QVariant upstreamKeyOf(const QByteArray &route, const QByteArray &upstreamId);
qint64 millisecondsOf(StoreTime time);
StoreTime storeTime(const QVariant &milliseconds);
/// Returns the checksum of a row of `jobs`. `ended` is the value of that column: a store time, or null for an
/// unfinished job.
std::uint32_t sumOf(const QByteArray &id, const QByteArray &bytes, const QVariant &ended);

}  // namespace holdline
