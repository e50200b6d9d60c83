// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/config/config.h"
#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storeditems.h"

#include <optional>
#include <vector>

namespace holdline {

/// Keeps a store's file within its limits, in small steps, because writes wait for each step. First old
/// results become tombstones, then, in a full store, results of the accounts that use most of it. Then old
/// tombstones are deleted, then free pages are given back to the disk.
///
/// An object does one step. The constructor's arguments must outlive it. It keeps `size` and `ended` up to
/// date.
class SqliteTidier
{
public:
    SqliteTidier(SqliteConnection &connection, const Config::Store &limits, StoreSize &size,
                 StoredItems &ended)
        : m_connection(connection), m_limits(limits), m_size(size), m_ended(ended)
    {
    }

    /// Does one step. `wall`, the time of day, is only shown to people. Returns false after an error of the
    /// database.
    bool step(StoreTime now, WallTime wall, Tidied &tidied);

private:
    /// An ended job that may become a tombstone.
    struct Victim
    {
        StoredItems::Owned owned;
        QByteArray id;
        qint64 bytes = 0;
    };
    enum class Why { IsOld, TooMany, TooLarge };

    bool expire(StoreTime now, WallTime wall, TimePoint until, Tidied &tidied);
    bool oldOnes(StoreTime now, std::vector<Victim> &victims);
    bool surplus(StoredItems::Measure measure, int most, std::vector<Victim> &victims);
    bool bury(const std::vector<Victim> &victims, Why why, StoreTime now, WallTime wall, TimePoint until,
              Tidied &tidied);
    bool findOldest();
    bool forget(StoreTime now, TimePoint until, Tidied &tidied);
    bool giveBack(TimePoint until, Tidied &tidied);
    std::optional<std::int64_t> pages(const char *pragma);
    std::optional<bool> isFull();

    SqliteConnection &m_connection;
    const Config::Store &m_limits;
    StoreSize &m_size;
    StoredItems &m_ended;
};

}  // namespace holdline
