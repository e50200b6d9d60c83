// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/storeclock.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <optional>

namespace holdline {

// A small file beside a database, which says how many commits the database had. It is written about once a
// second and never forced to the disk. A database with fewer commits has lost the end of its write-ahead log:
// somebody deleted the log, the power failed, or the disk did not keep what it confirmed.

/// How far a database was.
struct StoreNote
{
    QByteArray store;  ///< names the database; random, in hex
    std::int64_t commits = 0;
    StoreTime at{};  ///< of the last commit

    friend bool operator==(const StoreNote &, const StoreNote &) = default;
};

/// Empty when there is no such file, or when it is not whole.
std::optional<StoreNote> readNote(const QString &path);
/// Nothing depends on the note, so a failure has no consequence.
void writeNote(const QString &path, const StoreNote &note);

/// What a database has lost, for people. Empty when it lost nothing that is known, or when the note is about
/// another database. Pure.
QString lossOf(const StoreNote &database, const std::optional<StoreNote> &note);

}  // namespace holdline
