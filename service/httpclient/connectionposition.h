// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "service/httpclient/origin.h"

#include <QByteArray>

#include <list>

namespace holdline {

class PooledConnection;

/// A list of connections. A connection moves between lists by splicing, which needs no allocation and no
/// search.
using ConnectionList = std::list<PooledConnection *>;

/// The connections to one origin with one affinity key. In ConnectionScope::Account that key is the account,
/// otherwise the key of the request that used the connection last.
struct ConnectionLane
{
    Origin origin;
    QByteArray key;
    ConnectionList idle;  ///< the most recently used is last
    ConnectionList busy;
};

/// The position of a connection in the lists of its ConnectionPool.
struct ConnectionPosition
{
    ConnectionLane *lane = nullptr;  ///< null after the connection was removed
    bool idle = false;
    ConnectionList::iterator inPool;
    ConnectionList::iterator inLane;
    TimePoint idleUntil{};
};

}  // namespace holdline
