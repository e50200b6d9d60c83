// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storenote.h"

namespace holdline {

// The clock and the count of commits of an SQLite store, as its database has them.

/// Where a database was when it was last marked.
struct DatabaseMark
{
    StoreMark clock;
    QByteArray store;  ///< names the database, see StoreNote
    std::int64_t commits = 0;

    StoreNote note() const { return {store, commits, clock.at}; }
};

/// The last mark in the database. Empty in a new database and in one of form 1.
Result<std::optional<DatabaseMark>> readMark(SqliteConnection &connection, const QString &path);

/// Writes the mark within the transaction of the caller. On failure returns false, and the connection has the
/// error.
bool writeMark(SqliteConnection &connection, const DatabaseMark &mark);

/// Gives the rows of a database without a mark their store times, within the transaction of the caller. In
/// form 1 the wall clock was the yardstick. Its times stay as they are, and no result becomes older than
/// `keepFor` by that, whatever the wall clock was then and is now. Unfinished jobs get their whole time
/// again. Returns the store time with which the clock starts. Empty on failure.
std::optional<StoreTime> adoptRows(SqliteConnection &connection, std::chrono::milliseconds keepFor);

}  // namespace holdline
