// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/limits.h"
#include "service/http/message.h"

#include <QHostAddress>
#include <QObject>

#include <cstdint>
#include <memory>
#include <optional>

namespace holdline::http {

/// Names one request on one connection; never used again in the life of a HttpListener. Answering one that is
/// over does nothing, so a late answer goes nowhere instead of into freed memory.
using ExchangeId = std::uint64_t;
/// Names one accepted connection; never used again in the life of a HttpListener.
using ConnectionId = std::uint64_t;

/// The strict HTTP/1.x server front: owns the listening socket and every accepted one, enforces Limits and
/// the grammar of RFC 9112, hands over one whole, valid request at a time per connection, and puts the
/// answers on the wire in order. It knows nothing of routes.
///
/// Above Limits::maxConnections the connection idle longest gives way; when all are busy a new one may use
/// the reserve if its request is for the reserved path, and is told 503 if not. When descriptors run out
/// accepting pauses.
///
/// Life: construct, connect the signals, listen(); destroying it aborts every connection without a signal
/// (never from inside one of its own signals). Thread: lives in one thread, all calls and signals there.
class HttpListener : public QObject
{
    Q_OBJECT

public:
    explicit HttpListener(const Limits &limits, QObject *parent = nullptr);
    ~HttpListener() override;

    /// Starts to listen; port 0 lets the system pick one. False when it cannot: see errorString().
    bool listen(const QHostAddress &address, quint16 port);
    /// Lets other gates of this process listen at the same address with listenBeside(); the system then gives
    /// each connection to one of them. Nobody could have the address before listen() had it alone. What to
    /// give to listenBeside(); nothing when the system refuses.
    std::optional<qintptr> shareAddress();
    bool listenBeside(qintptr shared);
    quint16 port() const;
    QString errorString() const;
    /// Closes the listening socket; connections go on.
    void stopListening();
    /// From now on each answer says `Connection: close`, and idle connections are closed at once.
    void closeIdle();

    /// Requests whose path starts with `prefix` may use the reserved connections
    /// (Limits::reservedConnections).
    void setReservedPath(const QByteArray &prefix);
    /// Limits of new requests and connections; those under way keep theirs.
    void setLimits(const Limits &limits);

    /// Sends the answer of an exchange, in one write. Does nothing when the exchange is over.
    void respond(ExchangeId exchange, const Response &response);
    /// An answer in pieces, in place of respond(): begin with the head and the first piece of the body, write
    /// more, end. Chunked, or up to the end of the connection for HTTP/1.0. False when the exchange is over:
    /// because it was before, because the answer has no body (HEAD, 204, 304; its head was sent), or because
    /// the client is gone, as is one that leaves more than Limits::maxUnsentBytes unread. exchangeAborted()
    /// then comes from inside the call, if it has not come before. From inside requestReceived() or later.
    bool beginStream(ExchangeId exchange, const Response &response);
    bool writeStream(ExchangeId exchange, QByteArrayView piece);
    void endStream(ExchangeId exchange);
    /// Sends bytes as they are in place of an answer and closes the connection (fault injection).
    void respondRaw(ExchangeId exchange, const QByteArray &bytes);
    /// Resets the exchange's connection (RST) without an answer.
    void reset(ExchangeId exchange);
    ConnectionId connectionOf(ExchangeId exchange) const;

    int connectionCount() const;
    /// Requests handed over and not yet answered, or not to the end.
    int openExchanges() const;

Q_SIGNALS:
    /// A whole, valid request. Exactly one respond(), respondRaw(), endStream() or reset() is due, now or
    /// later, unless exchangeAborted() comes first. Answers given inside the slot reach even a half-closed
    /// client.
    void requestReceived(holdline::http::ExchangeId exchange, const holdline::http::Request &request);
    /// The client left (FIN or RST) before its answer; the exchange is over.
    void exchangeAborted(holdline::http::ExchangeId exchange);
    /// Every accepted connection ends with one of these, after the abort of its exchange if there was one.
    void connectionClosed(holdline::http::ConnectionId connection);
    /// A request was refused by the listener itself, with this status (0: dropped without an answer).
    void requestRefused(int status);

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline::http
