// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/storeclock.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <optional>

namespace holdline {

// A small file beside a database, with the number of commits of the database. It is written about once a
// second and never forced to the disk. A database with fewer commits than its note has lost the end of its
// write-ahead log: somebody deleted the log, the power failed, or the disk lost data that it had confirmed.

/// The content of a note.
struct StoreNote
{
    QByteArray store;  ///< names the database; random, in hex
    std::int64_t commits = 0;
    StoreTime at{};  ///< the store time of the last commit

    friend bool operator==(const StoreNote &, const StoreNote &) = default;
};

/// Reads a note. Returns nothing when the file is missing or incomplete.
std::optional<StoreNote> readNote(const QString &path);
/// Writes a note. Ignores failures, because only a log message depends on the note.
void writeNote(const QString &path, const StoreNote &note);

/// Returns a text for people that says what a database has lost. Empty when no loss is known, or when the
/// note is about another database. Pure.
QString lossOf(const StoreNote &database, const std::optional<StoreNote> &note);

}  // namespace holdline
