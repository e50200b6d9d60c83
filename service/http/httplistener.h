// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/limits.h"
#include "service/http/message.h"

#include <QHostAddress>
#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace holdline {
class ByteBudget;
}

namespace holdline::http {

/// Identifies one request on one connection. Never reused by the same HttpListener. A response to an exchange
/// that has ended is ignored, so a late response is harmless.
using ExchangeId = std::uint64_t;
/// Identifies one accepted connection. Never reused by the same HttpListener.
using ConnectionId = std::uint64_t;

/// A strict HTTP/1.x server without routes. Owns the listening sockets and every accepted socket. Enforces
/// Limits and the grammar of RFC 9112. Passes on one whole, valid request at a time per connection and writes
/// the responses in order.
///
/// When Limits::maxConnections are open, a new connection closes the one that was idle longest. When all
/// connections are busy, a new one may use the reserve if its request is for the reserved path. Otherwise the
/// new connection gets a 503. When descriptors run out, accepting pauses.
///
/// Lifetime: construct, connect the signals, listen(). The destructor aborts every connection without a
/// signal. Do not destroy the listener inside its own signals. Thread: one thread for all calls and signals.
class HttpListener : public QObject
{
    Q_OBJECT

public:
    explicit HttpListener(const Limits &limits, QObject *parent = nullptr);
    ~HttpListener() override;

    /// Starts to listen at one more address. "::" means all IPv6 and IPv4 addresses. With port 0 the system
    /// chooses a port. Returns false on failure: see errorString().
    bool listen(const QHostAddress &address, quint16 port);
    /// Serves one more socket that listens already, see ReservedAddresses. Takes ownership of the descriptor.
    /// Returns false on failure: see errorString().
    bool listenOn(qintptr descriptor);
    /// Lets other listeners of this process use the same addresses with listenBeside(). The kernel then
    /// spreads new connections over all of them. Call this after listen(), which made sure that no other
    /// process uses the addresses. Returns the descriptors for listenBeside(), or nothing on failure: see
    /// errorString().
    std::optional<std::vector<qintptr>> shareAddresses();
    /// Listens at the addresses of another listener. `shared` comes from its shareAddresses(). Returns false
    /// on failure: see errorString().
    bool listenBeside(const std::vector<qintptr> &shared);
    /// Returns the port of the first address, or 0 when there is no address.
    quint16 port() const;
    /// Returns the ports of all addresses, in the order in which they were added.
    std::vector<quint16> ports() const;
    /// Describes the error of the last address that could not be used.
    QString errorString() const;
    /// Closes the listening sockets. Accepted connections stay open.
    void stopListening();
    /// Closes idle connections at once. From now on every response has `Connection: close`.
    void closeIdle();

    /// Lets requests use the reserved connections (Limits::reservedConnections) when `mayUse` is true for
    /// their path. `mayUse` is called several times for a request, with the path in normal form.
    void setReserved(std::function<bool(QByteArrayView path)> mayUse);
    /// Lets requests for all paths that start with `prefix` use the reserved connections.
    void setReservedPath(const QByteArray &prefix)
    {
        setReserved([prefix](QByteArrayView path) { return path.startsWith(prefix); });
    }
    /// Sets a function that may change the listener's own responses to requests that it refuses, such as a
    /// 413. `request` contains only the parts that were read before the refusal, so its target may be empty.
    void setRefusals(std::function<void(const Request &request, Response &response)> amend);
    /// Counts the bodies that are received and sent in `memory`, which must outlive the listener. A request
    /// whose body does not fit gets 503, except on the reserved path. Without a call there is no limit. Call
    /// it before the first connection comes.
    void setMemory(ByteBudget &memory);
    /// Sets the limits. Requests being received and deadlines already set keep the earlier values.
    void setLimits(const Limits &limits);

    /// Sends the response of an exchange in one write. Does nothing when the exchange is over.
    void respond(ExchangeId exchange, const Response &response);
    /// Begins a response in pieces: sends the head and the first piece of the body. writeStream() sends
    /// further pieces. endStream() ends the response, perhaps with a last piece of any size. The body is
    /// chunked; for HTTP/1.0 it ends with the connection. Returns false when the exchange is over. Reasons:
    /// it was over before, the response has no body (HEAD, 204, 304; the head was sent), or the client is
    /// gone. A client with more than Limits::maxUnsentBytes unread bytes counts as gone. exchangeAborted() is
    /// then emitted inside the call, unless it was emitted before. May be called inside requestReceived() or
    /// later.
    bool beginStream(ExchangeId exchange, const Response &response);
    bool writeStream(ExchangeId exchange, QByteArrayView piece);
    void endStream(ExchangeId exchange, QByteArrayView last = {});
    /// Sends `bytes` instead of a response and closes the connection. For fault injection.
    void respondRaw(ExchangeId exchange, const QByteArray &bytes);
    /// Closes the exchange's connection with an RST and no response. For fault injection.
    void reset(ExchangeId exchange);
    /// Returns the connection of an open exchange, or 0.
    ConnectionId connectionOf(ExchangeId exchange) const;

    /// The number of accepted connections that are open.
    int connectionCount() const;
    /// The number of requests passed on whose response is not complete yet.
    int openExchanges() const;

Q_SIGNALS:
    /// A complete, valid request was received. The receiver calls exactly one of respond(), respondRaw(),
    /// endStream() or reset(), now or later, unless exchangeAborted() is emitted first. Without
    /// Limits::holdHalfClosed, only a response given inside the slot reaches a half-closed client.
    void requestReceived(holdline::http::ExchangeId exchange, const holdline::http::Request &request);
    /// The connection ended before its exchange: by the client's RST, by its FIN unless
    /// Limits::holdHalfClosed, or because the client read too slowly. The exchange is over.
    void exchangeAborted(holdline::http::ExchangeId exchange);
    /// A connection was closed. Emitted once for every accepted connection, after exchangeAborted() if it had
    /// an open exchange.
    void connectionClosed(holdline::http::ConnectionId connection);
    /// The listener itself refused a request with `status`. 0 means that the connection was closed without a
    /// response.
    void requestRefused(int status);

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline::http
