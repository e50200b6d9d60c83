// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storenote.h"

namespace holdline {

// The clock and the count of commits of an SQLite store, as they are stored in its database.

/// The clock and the count of commits of a database, when they were last stored.
struct DatabaseMark
{
    StoreMark clock;
    QByteArray store;  ///< names the database, see StoreNote
    std::int64_t commits = 0;

    StoreNote note() const { return {store, commits, clock.at}; }
};

/// Reads the last mark in the database. Returns nothing for a new database, and for a database of form 1.
Result<std::optional<DatabaseMark>> readMark(SqliteConnection &connection, const QString &path);

/// Writes the mark within the caller's transaction. On failure returns false, and the connection has the
/// error.
bool writeMark(SqliteConnection &connection, const DatabaseMark &mark);

/// Converts the rows of a database without a mark to store times, within the caller's transaction. Form 1
/// stored times of the wall clock. They become store times. The clock starts at the latest of them, but at
/// most `keepFor` after the oldest result, so that no result is too old at once. Later times are set back to
/// the clock's start. Unfinished jobs get the age 0. Returns the store time with which the clock starts, or
/// nothing on failure.
std::optional<StoreTime> adoptRows(SqliteConnection &connection, std::chrono::milliseconds keepFor);

}  // namespace holdline
