// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/http/httplistener.h"

#include <QHttpServerResponder>

#include <memory>
#include <optional>

namespace holdline {

class PendingResponse;
class VirtualSocket;

/// A responder, with the socket that QHttpServer has nothing else to do with as long as it lives.
struct HeldResponder
{
    QHttpServerResponder responder;
    VirtualSocket *socket = nullptr;  ///< nullptr when it is free already
};

/// What a PendingResponse needs of its server.
class ResponseSink
{
public:
    virtual ~ResponseSink() = default;
    /// Sends the answer; the exchange is over.
    virtual void finish(PendingResponse &exchange, const http::Response &response) = 0;
    /// Sends the head, a piece, the end of an answer in pieces. False when nothing more is wanted; the
    /// exchange is over then, as it is after end(), whether it was told to leave() meanwhile or not.
    virtual bool begin(PendingResponse &exchange, const http::Response &response) = 0;
    virtual bool write(PendingResponse &exchange, const QByteArray &piece) = 0;
    virtual void end(PendingResponse &exchange) = 0;
    /// Cuts the connection of one that is given up in the midst of its answer; the exchange is over.
    virtual void cut(PendingResponse &exchange) = 0;
    /// Destroys a responder when that is safe.
    virtual void dispose(HeldResponder &&responder) = 0;
};

/// A QHttpServerResponder that is kept until the answer is known. It is what QHttpServer knows of the
/// request; the answer itself goes to the listener as it is, since all the responder could do is to write it
/// down for the listener to parse again.
///
/// Life: made by HttpServer for each request, owned by whoever answers. The responder dies with the answer,
/// with the client (leave()), with the server (detach()) or with this object, whichever comes first; the
/// inner socket it points to outlives all of them.
class PendingResponse : public Exchange
{
    Q_OBJECT

public:
    PendingResponse(ResponseSink &sink, http::ExchangeId id, HeldResponder &&responder);
    ~PendingResponse() override;

    void answer(const http::Response &response) override;
    bool begin(const http::Response &response) override;
    bool write(const QByteArray &piece) override;
    void end() override;
    bool isOpen() const override { return m_responder.has_value(); }

    http::ExchangeId id() const { return m_id; }

    // For the server.
    /// The client has left: says so, and drops whatever is answered from now on.
    void leave();
    /// The server goes away.
    void detach();

private:
    bool stillWanted(bool wanted);
    void release();

    ResponseSink *m_sink;
    const http::ExchangeId m_id;
    std::optional<HeldResponder> m_responder;
    bool m_streaming = false;
    bool m_inCall = false;  ///< of begin() or write(): a client that leaves is not told of
};

}  // namespace holdline
