// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytebudget.h"
#include "core/base/clock.h"
#include "service/http/httplistener.h"
#include "service/http/turnallowance.h"

namespace holdline::http {

class HttpConnection;

/// The services an HttpConnection needs from its HttpListener. Same thread as the connection.
class ConnectionHost
{
public:
    virtual ~ConnectionHost() = default;

    virtual const Limits &limits() const = 0;
    /// Counts the bytes of bodies that are received or sent.
    virtual ByteBudget &memory() = 0;
    /// True when a request for this path is served whatever the memory.
    virtual bool isReserved(const Request &request) const = 0;
    /// The value of the Date field for the current second.
    virtual QByteArray date() = 0;
    virtual QByteArray newRequestId() = 0;
    /// True when every response must say `Connection: close`.
    virtual bool isClosing() const = 0;

    /// True when the request of a reserved connection may be served. May turn the connection into a regular
    /// one.
    virtual bool admitReserved(HttpConnection &connection, const Request &request) = 0;
    /// Passes on a whole request. The response follows from inside the call or later.
    virtual void received(HttpConnection &connection, const Request &request) = 0;
    /// May change the response to a request that the connection itself refuses. The request has what was read
    /// of it.
    virtual void amendRefusal(const Request &request, Response &response) = 0;
    /// The connection itself refused a request with `status`. 0 means that it closed without a response.
    virtual void refused(int status) = 0;
    /// Reports that closing the connection now loses nothing (it is idle or leaving), or no longer so.
    virtual void closableChanged(HttpConnection &connection, bool closable) = 0;
    /// Reports that the last response was sent. The connection only discards input from now on, and may be
    /// closed for others that do.
    virtual void lingers(HttpConnection &connection) = 0;
    /// Bytes that may still be read in this turn of the event loop.
    virtual TurnAllowance &allowance() = 0;
    /// Reports that the client left while its request was being handled.
    virtual void exchangeLost(HttpConnection &connection) = 0;
    /// The last call. The host deletes the connection later, never inside the call.
    virtual void closed(HttpConnection &connection) = 0;

    /// Requests a call of HttpConnection::wake() at `at`. Replaces an earlier request.
    virtual void wakeAt(ConnectionId connection, TimePoint at) = 0;
    /// Requests a call of HttpConnection::resume() in the next turn of the event loop.
    virtual void resumeSoon(ConnectionId connection) = 0;
};

}  // namespace holdline::http
