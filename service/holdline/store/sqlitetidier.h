// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/config/config.h"
#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"

namespace holdline {

/// Keeps a store's file within its limits, in small steps, because writes wait for each step. Old results
/// become tombstones first, then old tombstones are deleted, then free pages go back to the disk.
///
/// Made for one step. The arguments must outlive it. `size` is kept up to date.
class SqliteTidier
{
public:
    SqliteTidier(SqliteConnection &connection, const Config::Store &limits, StoreSize &size)
        : m_connection(connection), m_limits(limits), m_size(size)
    {
    }

    /// `wall` is for people. False after an error of the database.
    bool step(StoreTime now, WallTime wall, Tidied &tidied);

private:
    bool expire(StoreTime now, WallTime wall, TimePoint until, Tidied &tidied);
    bool forget(StoreTime now, TimePoint until, Tidied &tidied);
    bool giveBack(TimePoint until, Tidied &tidied);
    std::optional<std::int64_t> pages(const char *pragma);
    std::optional<bool> isFull();

    SqliteConnection &m_connection;
    const Config::Store &m_limits;
    StoreSize &m_size;
};

}  // namespace holdline
