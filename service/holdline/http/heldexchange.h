// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/exchange.h"
#include "service/http/gate.h"

#include <QHttpServerResponder>

#include <memory>
#include <optional>

namespace holdline {

class HeldExchange;
class InnerSocket;

/// A responder, with the socket that QHttpServer has nothing else to do with as long as it lives.
struct LentResponder
{
    QHttpServerResponder responder;
    InnerSocket *socket = nullptr;  ///< nullptr when it is free already
};

/// What a HeldExchange needs of its server.
class ExchangeKeeper
{
public:
    virtual ~ExchangeKeeper() = default;
    /// Sends the answer; the exchange is over.
    virtual void finish(HeldExchange &exchange, const http::Response &response) = 0;
    /// Sends the head, a piece, the end of an answer in pieces. False when nothing more is wanted; the
    /// exchange is over then, as it is after end(), whether it was told to leave() meanwhile or not.
    virtual bool begin(HeldExchange &exchange, const http::Response &response) = 0;
    virtual bool write(HeldExchange &exchange, const QByteArray &piece) = 0;
    virtual void end(HeldExchange &exchange) = 0;
    /// Cuts the connection of one that is given up in the midst of its answer; the exchange is over.
    virtual void cut(HeldExchange &exchange) = 0;
    /// Destroys a responder when that is safe.
    virtual void dispose(LentResponder &&responder) = 0;
};

/// A QHttpServerResponder that is kept until the answer is known. It is what QHttpServer knows of the
/// request; the answer itself goes to the gate as it is, since all the responder could do is to write it down
/// for the gate to parse again.
///
/// Life: made by HttpServer for each request, owned by whoever answers. The responder dies with the answer,
/// with the client (leave()), with the server (detach()) or with this object, whichever comes first; the
/// inner socket it points to outlives all of them.
class HeldExchange : public Exchange
{
    Q_OBJECT

public:
    HeldExchange(ExchangeKeeper &keeper, http::ExchangeId id, LentResponder &&responder);
    ~HeldExchange() override;

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

    ExchangeKeeper *m_keeper;
    const http::ExchangeId m_id;
    std::optional<LentResponder> m_responder;
    bool m_streaming = false;
    bool m_inCall = false;  ///< of begin() or write(): a client that leaves is not told of
};

}  // namespace holdline
