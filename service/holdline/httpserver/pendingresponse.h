// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/http/httplistener.h"

#include <QHttpServerResponder>

#include <optional>

namespace holdline {

class PendingResponse;
class VirtualSocket;

/// A responder and the socket that belongs to it. The socket serves no other request until the responder is
/// destroyed.
struct HeldResponder
{
    QHttpServerResponder responder;
    VirtualSocket *socket = nullptr;  ///< null when the socket may already serve another request
};

/// The functions of an HttpServer that its PendingResponses call.
class ResponseSink
{
public:
    virtual ~ResponseSink() = default;
    /// Sends the response and ends the exchange.
    virtual void finish(PendingResponse &exchange, const http::Response &response) = 0;
    /// Send a response in pieces: its head, a piece, its end. begin() and write() return false when the
    /// exchange is over and nothing more can be sent. end() sends a last piece, which may be empty, and ends
    /// the exchange.
    virtual bool begin(PendingResponse &exchange, const http::Response &response) = 0;
    virtual bool write(PendingResponse &exchange, const QByteArray &piece) = 0;
    virtual void end(PendingResponse &exchange, const QByteArray &last) = 0;
    /// Closes the connection of an exchange that is destroyed in the middle of its response, and ends the
    /// exchange.
    virtual void cut(PendingResponse &exchange) = 0;
    /// Destroys a responder as soon as that is safe.
    virtual void dispose(HeldResponder &&responder) = 0;
};

/// Holds a QHttpServerResponder until the response is known. QHttpServer needs the responder to track the
/// request. The response itself is given to the listener directly. Through the responder, it would be
/// serialised and parsed again.
///
/// Lifetime: HttpServer makes one for each request. The owner of the exchange owns it. The responder is
/// destroyed with the first of these events: the response is given, the client is gone (leave()), the server
/// is destroyed (detach()), or this object is destroyed. The virtual socket outlives all of them.
class PendingResponse : public Exchange
{
    Q_OBJECT

public:
    PendingResponse(ResponseSink &sink, http::ExchangeId id, HeldResponder &&responder);
    ~PendingResponse() override;

    void answer(const http::Response &response) override;
    bool begin(const http::Response &response) override;
    bool write(const QByteArray &piece) override;
    void endWith(const QByteArray &last) override;
    bool isOpen() const override { return m_responder.has_value(); }

    http::ExchangeId id() const { return m_id; }

    // Called by the server.
    /// Called when the client is gone. Emits clientGone(). Later responses are ignored.
    void leave();
    /// Called when the server is being destroyed. Later responses are ignored.
    void detach();

private:
    bool stillWanted(bool wanted);
    void release();

    ResponseSink *m_sink;
    const http::ExchangeId m_id;
    std::optional<HeldResponder> m_responder;
    bool m_streaming = false;
    bool m_inCall = false;  ///< inside begin() or write(), where clientGone() must not be emitted
};

}  // namespace holdline
