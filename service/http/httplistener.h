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
/// that is over is ignored, so a late response is harmless.
using ExchangeId = std::uint64_t;
/// Identifies one accepted connection. Never reused by the same HttpListener.
using ConnectionId = std::uint64_t;

/// A strict HTTP/1.x server without routes. Owns the listening sockets and every accepted socket. Enforces
/// Limits and the grammar of RFC 9112. Passes on one whole, valid request at a time per connection and writes
/// the responses in order.
///
/// Above Limits::maxConnections the connection that was idle longest is closed for a new one. When all are
/// busy, a new connection may use the reserve if its request is for the reserved path. Otherwise it gets a
/// 503. When descriptors run out, accepting pauses.
///
/// Life: construct, connect the signals, listen(). The destructor aborts every connection without a signal.
/// Do not destroy it inside its own signals. Thread: one thread for all calls and signals.
class HttpListener : public QObject
{
    Q_OBJECT

public:
    explicit HttpListener(const Limits &limits, QObject *parent = nullptr);
    ~HttpListener() override;

    /// Starts to listen at one more address. "::" means all addresses, of IPv4 too. With port 0 the system
    /// chooses a port. Returns false on failure: see errorString().
    bool listen(const QHostAddress &address, quint16 port);
    /// Starts to serve one more socket that listens already, see ReservedAddresses. Takes the descriptor.
    bool listenOn(qintptr descriptor);
    /// Lets other listeners of this process join the addresses with listenBeside(). The kernel then spreads
    /// new connections over them. Call it after listen(), which made sure that no other process has an
    /// address. Returns the descriptors for listenBeside(), or nothing when the system refuses.
    std::optional<std::vector<qintptr>> shareAddresses();
    bool listenBeside(const std::vector<qintptr> &shared);
    /// The port of the first address, 0 when there is none.
    quint16 port() const;
    /// The ports of all addresses, in the order in which they were added.
    std::vector<quint16> ports() const;
    /// The error of the last address that could not be used.
    QString errorString() const;
    /// Closes the listening sockets. Accepted connections go on.
    void stopListening();
    /// From now on every response says `Connection: close`. Idle connections are closed at once.
    void closeIdle();

    /// Requests for whose path `mayUse` is true may use the reserved connections
    /// (Limits::reservedConnections). It is called several times for a request, with paths in normal form.
    void setReserved(std::function<bool(QByteArrayView path)> mayUse);
    /// The same for all paths that start with `prefix`.
    void setReservedPath(const QByteArray &prefix)
    {
        setReserved([prefix](QByteArrayView path) { return path.startsWith(prefix); });
    }
    /// `amend` may change what the listener itself answers to requests that it refuses, such as 413. The
    /// request has what was read of it, so its target may be empty.
    void setRefusals(std::function<void(const Request &request, Response &response)> amend);
    /// Counts the bodies that are received and sent in `memory`, which must outlive the listener. A request
    /// whose body does not fit gets 503, except on the reserved path. Without a call there is no limit. Call
    /// it before the first connection comes.
    void setMemory(ByteBudget &memory);
    /// Sets the limits of new requests and connections. Requests and connections in progress keep theirs.
    void setLimits(const Limits &limits);

    /// Sends the response of an exchange in one write. Does nothing when the exchange is over.
    void respond(ExchangeId exchange, const Response &response);
    /// Begins a response in pieces: the head and the first piece of the body. writeStream() adds pieces,
    /// endStream() ends it, perhaps with a last piece of any size. The body is chunked, for HTTP/1.0 it ends
    /// with the connection. Returns false when the exchange is over. Reasons: it was over before, the
    /// response has no body (HEAD, 204, 304; the head was sent), or the client is gone. A client with more
    /// than Limits::maxUnsentBytes unread bytes counts as gone. exchangeAborted() then comes inside the call
    /// unless it came before. May be called inside requestReceived() or later.
    bool beginStream(ExchangeId exchange, const Response &response);
    bool writeStream(ExchangeId exchange, QByteArrayView piece);
    void endStream(ExchangeId exchange, QByteArrayView last = {});
    /// Sends `bytes` instead of a response and closes the connection. For fault injection.
    void respondRaw(ExchangeId exchange, const QByteArray &bytes);
    /// Closes the exchange's connection with an RST and no response. For fault injection.
    void reset(ExchangeId exchange);
    ConnectionId connectionOf(ExchangeId exchange) const;

    int connectionCount() const;
    /// The number of requests passed on whose response is not complete yet.
    int openExchanges() const;

Q_SIGNALS:
    /// A whole, valid request. The receiver calls exactly one of respond(), respondRaw(), endStream() or
    /// reset(), now or later, unless exchangeAborted() comes first. Without Limits::holdHalfClosed, only a
    /// response given inside the slot reaches a half-closed client.
    void requestReceived(holdline::http::ExchangeId exchange, const holdline::http::Request &request);
    /// The client left before its response: an RST, or a FIN unless Limits::holdHalfClosed. The exchange is
    /// over.
    void exchangeAborted(holdline::http::ExchangeId exchange);
    /// Ends every accepted connection, after exchangeAborted() if it had an open exchange.
    void connectionClosed(holdline::http::ConnectionId connection);
    /// The listener itself refused a request with `status`. 0 means that it closed without a response.
    void requestRefused(int status);

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline::http
