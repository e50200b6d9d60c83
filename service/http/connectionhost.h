// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "service/http/httplistener.h"

namespace holdline::http {

class HttpConnection;

/// What a HttpConnection needs of its gate.
class ConnectionHost
{
public:
    virtual ~ConnectionHost() = default;

    virtual const Limits &limits() const = 0;
    /// The Date field's value of this second.
    virtual QByteArray date() = 0;
    virtual QByteArray newRequestId() = 0;
    /// True once answers are to say `Connection: close`.
    virtual bool isClosing() const = 0;

    /// May this request of a reserved connection be served? It may become a regular connection by this.
    virtual bool admitReserved(HttpConnection &connection, const Request &request) = 0;
    /// A whole request; answered at once or later.
    virtual void received(HttpConnection &connection, const Request &request) = 0;
    virtual void refused(int status) = 0;
    /// The connection became one that can be closed without loss (idle or leaving), or stopped to be.
    virtual void closableChanged(HttpConnection &connection, bool closable) = 0;
    /// The client left while its request was held.
    virtual void exchangeLost(HttpConnection &connection) = 0;
    /// The last call; the connection is deleted soon after.
    virtual void closed(HttpConnection &connection) = 0;

    /// HttpConnection::wake() is due at `at`; replaces an earlier wish.
    virtual void wakeAt(ConnectionId connection, TimePoint at) = 0;
    /// HttpConnection::resume() is due at the next turn of the event loop.
    virtual void resumeSoon(ConnectionId connection) = 0;
};

}  // namespace holdline::http
