// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/store/sqliteconnection.h"

#include <QStringList>

#include <vector>

namespace holdline {

/// The statements that make each version of the database from the previous one, starting with an empty file.
/// Released statements never change. New versions are only added.
using Migrations = std::vector<QStringList>;
const Migrations &storeMigrations();

/// Sets up the writer's connection: journal, durability and size. From then on the file stays within the
/// limits, and a write that needs more space fails. On failure returns false, and the connection's error()
/// has the reason.
bool setUpWriter(SqliteConnection &connection, const Config::Store &limits);

/// Brings the database to the newest version, with one transaction for each version. Refuses a database of
/// another program or of a newer version and leaves it unchanged.
bool migrate(SqliteConnection &connection, const Migrations &migrations = storeMigrations());

/// The size of a database page in bytes.
inline constexpr std::int64_t kStorePage = 4096;
/// The part of `store.bytes` for the database file. The rest is for the write-ahead log.
std::int64_t databaseBytes(const Config::Store &limits);
/// The size of the write-ahead log at which SQLite copies it into the database (a checkpoint).
std::int64_t aheadBytes(const Config::Store &limits);

}  // namespace holdline
