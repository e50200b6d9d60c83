// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"

namespace holdline {

// Reading of rows, shared by the writer and the readers of an SQLite store. SQLite has no checksums. So each
// row is checked against its sum, and its columns against its bytes.

/// All records without request and answer, for bareJobOf().
#define HOLDLINE_BARE_JOB_ROWS                                                                   \
    "SELECT number, id, account, key, lookup, ended, expired, data, sum, made, bytes FROM jobs " \
    "ORDER BY number"
/// One record by its id, for bareJobOf().
#define HOLDLINE_BARE_JOB_ROW \
    "SELECT number, id, account, key, lookup, ended, expired, data, sum, made FROM jobs WHERE id = ?"

/// The columns and tables of a statement that gives whole records. WHERE follows.
#define HOLDLINE_JOB_ROWS                                                                      \
    "SELECT jobs.number, jobs.id, account, key, lookup, ended, expired, jobs.data, jobs.sum, " \
    "requests.data, requests.sum, answers.data, answers.sum FROM jobs "                        \
    "LEFT JOIN requests ON requests.number = jobs.number LEFT JOIN answers ON answers.number = jobs.number "

/// The record of the current row without request and answer. Empty when the row is damaged. The first nine
/// columns are those of HOLDLINE_BARE_JOB_ROWS.
std::optional<JobRecord> bareJobOf(const QSqlQuery &query);

/// The whole record of the current row. A settled record with a damaged answer gets the answer 500. Any other
/// damage is an error.
Result<std::optional<JobRecord>> jobOf(const QSqlQuery &query);

/// All records of a statement with HOLDLINE_JOB_ROWS.
Result<std::vector<JobRecord>> jobsOf(SqliteConnection &connection, const char *sql,
                                      const QVariantList &values);

/// The error text for a damaged file, for people. `how` describes the damage.
QString damagedFile(const QString &path, const QString &how);

/// Makes a value for binding. A null array becomes empty, because SQLite distinguishes the two.
QByteArray notNull(const QByteArray &bytes);
/// CallbackToken::lookup as a signed number, because SQLite has no unsigned ones. Null without a token.
QVariant lookupOf(const QByteArray &token);
/// Finds a record by its job's id at the upstream. Null without a route or such an id. Others may have the
/// same, so compare the record.
QVariant upstreamKeyOf(const QByteArray &route, const QByteArray &upstreamId);
qint64 millisecondsOf(StoreTime time);
StoreTime storeTime(const QVariant &milliseconds);
/// The checksum of a row of `jobs`. `ended` is its column: a store time, or null for an unfinished job.
std::uint32_t sumOf(const QByteArray &id, const QByteArray &bytes, const QVariant &ended);

}  // namespace holdline
