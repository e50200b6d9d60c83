// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "service/httpclient/origin.h"

#include <QByteArray>

#include <list>

namespace holdline {

class PooledConnection;

/// Connections move between lists by splicing, which allocates nothing and searches nothing.
using ConnectionList = std::list<PooledConnection *>;

/// The connections to one origin of one account (or of the key that used them last).
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
