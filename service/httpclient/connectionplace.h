// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "service/httpclient/origin.h"

#include <QByteArray>

#include <list>

namespace holdline {

class PooledConnection;

/// Connections move from list to list by splicing: nothing is allocated, nothing is searched for.
using ConnectionList = std::list<PooledConnection *>;

/// The connections of one account (or last used by one key) to one origin.
struct ConnectionLane
{
    Origin origin;
    QByteArray key;
    ConnectionList idle;  ///< used last at the back
    ConnectionList busy;
};

/// Where a ConnectionPool keeps a connection.
struct ConnectionPlace
{
    ConnectionLane *lane = nullptr;  ///< none: it has been removed
    bool idle = false;
    ConnectionList::iterator inPool;
    ConnectionList::iterator inLane;
    TimePoint idleUntil{};
};

}  // namespace holdline
