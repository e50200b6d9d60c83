// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"

namespace holdline {

// What the writer and the readers of an SQLite store read alike. SQLite has no checksums of its own: each row
// is checked against its sum, and its columns against its bytes.

/// All records without request and answer, for bareJobOf().
#define HOLDLINE_BARE_JOB_ROWS \
    "SELECT number, id, account, key, lookup, ended, expired, data, sum FROM jobs ORDER BY number"

/// What a statement selects that gives whole records, and where from; to be followed by WHERE.
#define HOLDLINE_JOB_ROWS                                                                      \
    "SELECT jobs.number, jobs.id, account, key, lookup, ended, expired, jobs.data, jobs.sum, " \
    "requests.data, requests.sum, answers.data, answers.sum FROM jobs "                        \
    "LEFT JOIN requests ON requests.number = jobs.number LEFT JOIN answers ON answers.number = jobs.number "

/// The record of the row the query stands at, without request and answer; nothing: it is damaged. The first
/// nine columns are as above.
std::optional<JobRecord> bareJobOf(const QSqlQuery &query);

/// The whole record. A settled one whose answer is damaged says so in its answer (500); any other damage is
/// an error.
Result<std::optional<JobRecord>> jobOf(const QSqlQuery &query);

/// All records that a statement with HOLDLINE_JOB_ROWS gives.
Result<std::vector<JobRecord>> jobsOf(SqliteConnection &connection, const char *sql,
                                      const QVariantList &values);

/// What to tell people of a file that is not what it was; `how` is what was found.
QString damagedFile(const QString &path, const QString &how);

/// As it is bound: SQLite tells null from empty.
QByteArray notNull(const QByteArray &bytes);
/// Of CallbackToken::lookup, as SQLite has signed numbers only; null where there is no token.
QVariant lookupOf(const QByteArray &token);
qint64 millisecondsOf(WallTime time);
/// When a job ended; null: it has not.
QVariant endOf(const JobRecord &record);

}  // namespace holdline
