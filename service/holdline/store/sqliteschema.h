// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/store/sqliteconnection.h"

#include <QStringList>

#include <vector>

namespace holdline {

/// The statements that make each version of the database from the one before, the first from an empty file.
/// What was released is never changed, only added to.
using Migrations = std::vector<QStringList>;
const Migrations &storeMigrations();

/// Makes the folder (0700) and the file (0600) where they are missing; a file that others may read is made
/// this user's alone. Empty, or why that failed, for people.
QString makeStoreFile(const QString &path);

/// Sets up a connection of the writer's: journal, durability, room. The file's size stays within the limits
/// from then on, and a write that finds no room fails. False: error() of the connection says why.
bool setUpWriter(SqliteConnection &connection, const Config::Store &limits);

/// Brings the database to the newest version, in one transaction for each. Refuses, and leaves as it is, what
/// another program made and what a newer one of these did.
bool migrate(SqliteConnection &connection, const Migrations &migrations = storeMigrations());

/// Bytes of a page of the database.
inline constexpr std::int64_t kStorePage = 4096;
/// How much of `store.bytes` the database itself may take; the rest is for what is written ahead of it.
std::int64_t databaseBytes(const Config::Store &limits);
/// What is written ahead is carried into the database beyond this.
std::int64_t aheadBytes(const Config::Store &limits);

}  // namespace holdline
