// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytebudget.h"
#include "core/base/clock.h"
#include "service/http/httplistener.h"
#include "service/http/turnallowance.h"

namespace holdline::http {

class HttpConnection;

/// The functions of an HttpListener that its HttpConnections call. All calls come in the connection's thread.
class ConnectionHost
{
public:
    virtual ~ConnectionHost() = default;

    virtual const Limits &limits() const = 0;
    /// Returns the budget that counts the bytes of request and response bodies in memory.
    virtual ByteBudget &memory() = 0;
    /// True when a request for this path is served even if memory() is used up.
    virtual bool isReserved(const Request &request) const = 0;
    /// Returns the value of the Date field for the current second.
    virtual QByteArray date() = 0;
    /// Makes a random value of X-Request-Id, for a request that has none.
    virtual QByteArray newRequestId() = 0;
    /// True when every response must have `Connection: close`.
    virtual bool isClosing() const = 0;

    /// True when the request of a reserved connection may be served. May turn the connection into a regular
    /// one.
    virtual bool admitReserved(HttpConnection &connection, const Request &request) = 0;
    /// Passes on a complete request. The host gives the response inside this call or later, through functions
    /// of `connection`.
    virtual void received(HttpConnection &connection, const Request &request) = 0;
    /// May change the response to a request that the connection itself refuses, such as a 413. `request`
    /// contains only the parts that were read before the refusal.
    virtual void amendRefusal(const Request &request, Response &response) = 0;
    /// The connection itself refused a request with `status`. 0 means that it closed without a response.
    virtual void refused(int status) = 0;
    /// Reports whether closing the connection now would lose nothing, because it is idle or lingers after its
    /// last response.
    virtual void closableChanged(HttpConnection &connection, bool closable) = 0;
    /// Reports that the last response was sent. From now on the connection only discards input. The host may
    /// close it when too many connections do the same.
    virtual void lingers(HttpConnection &connection) = 0;
    /// Returns the allowance that limits how many bytes all connections read in this turn of the event loop.
    virtual TurnAllowance &allowance() = 0;
    /// Reports that the connection ended while its request was being handled.
    virtual void exchangeLost(HttpConnection &connection) = 0;
    /// Reports that the connection is closed. This is its last call. The host deletes the connection later,
    /// never inside this call.
    virtual void closed(HttpConnection &connection) = 0;

    /// Requests a call of HttpConnection::wake() at `at`. Replaces an earlier request for this connection.
    virtual void wakeAt(ConnectionId connection, TimePoint at) = 0;
    /// Requests a call of HttpConnection::resume() in the next turn of the event loop.
    virtual void resumeSoon(ConnectionId connection) = 0;
};

}  // namespace holdline::http
