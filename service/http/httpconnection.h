// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connectiondeadlines.h"
#include "service/http/connectionhost.h"
#include "service/http/inputbuffer.h"
#include "service/http/requestparser.h"
#include "service/http/responseencoder.h"
#include "service/http/streamsocket.h"

#include <list>

namespace holdline::http {

/// One accepted connection of an HttpListener. Reads one request at a time, writes the responses in order and
/// enforces the deadlines.
///
/// Lifetime: HttpListener creates the connection, adds it to a list and calls start(). The connection ends by
/// itself (the client closed, a deadline passed, the last response was sent) or by drop(). It calls
/// ConnectionHost::closed() exactly once. The host then deletes the connection later, never inside one of its
/// functions.
///
/// While a request is being handled, the connection frees that request's buffers. It still reads up to
/// kInputBytes, because only reading shows that the client closed. A client that sent its FIN still gets a
/// response given inside ConnectionHost::received(). After that call the client counts as gone. With
/// Limits::holdHalfClosed it counts as gone only when its connection breaks.
class HttpConnection : public QObject, private StreamSocket::User
{
    Q_OBJECT

public:
    /// The quota that the connection counts against, see ConnectionQuotas.
    enum class Quota : std::uint8_t {
        Regular,
        Reserved,  ///< above Limits::maxConnections: one request, only for the reserved path, short deadlines
        Refused    ///< above the reserve: gets a 503 and is closed; also a connection that lingers
    };
    /// Takes ownership of the non-blocking descriptor.
    HttpConnection(ConnectionHost &host, ConnectionId id, Quota quota, qintptr descriptor);

    void start() { enterPhase(Phase::Connected); }

    ConnectionId id() const { return m_id; }
    Quota quota() const { return m_quota; }
    void setQuota(Quota quota) { m_quota = quota; }
    bool isHandling() const { return m_state == State::Handling; }

    /// Data of the host about this connection. Only the host uses it.
    struct HostRecord
    {
        ExchangeId exchange = 0;
        std::list<HttpConnection *> *list = nullptr;  ///< the list that holds the connection
        std::list<HttpConnection *>::iterator position;
    };
    HostRecord hostRecord;

    /// Sends a complete response to the request being handled. Does nothing when no request is being handled.
    void answer(const Response &response);
    /// Sends `bytes` instead of a response and closes the connection. For fault injection.
    void answerRaw(const QByteArray &bytes);
    /// Closes the connection with an RST and no response. For fault injection.
    void reset();

    /// Begins a response in pieces: sends its head and first piece. writeStream() sends further pieces.
    /// endStream() ends the response with a last piece, which may be empty. Until then the request counts as
    /// being handled. beginStream() and writeStream() return false when the exchange is over: the response
    /// has no body (HEAD and some statuses), or the client is gone. A connection with more than
    /// Limits::maxUnsentBytes unsent bytes is closed.
    bool beginStream(const Response &response);
    bool writeStream(QByteArrayView piece);
    void endStream(QByteArrayView last);

    /// Sends the response of `refusal` without waiting for a request, and closes the connection.
    void refuseNow(const Refusal &refusal);
    /// Closes the connection without losing the last response. Sends the written bytes and a FIN, then
    /// discards input for Limits::lingerTimeout. Without that wait, an RST could destroy the last response.
    /// Ends early when the client sends more than Limits::lingerBytes, or when too many other connections
    /// linger.
    void leave();
    /// Closes the connection at once. Unsent bytes are lost.
    void drop();

    /// Handles the deadlines that have passed at `now`. See ConnectionHost::wakeAt().
    void wake(TimePoint now);
    /// Goes on with received bytes. See ConnectionHost::resumeSoon().
    void resume();

    static constexpr qsizetype kInputBytes = 64 * 1024;  ///< received bytes that wait at most
    static constexpr int kRequestsPerTurn = 32;          ///< of one connection; then others are handled
    static constexpr std::chrono::seconds kReservedTimeout{2};
    static constexpr Refusal kNoConnectionFree{Reason::Overloaded,
                                               QLatin1StringView("All connections are taken.")};

private:
    enum class State : std::uint8_t { Reading, Handling, Leaving, Closed };
    enum class Phase : std::uint8_t { Connected, Idle, Head, Body, None };

    void socketReadable() override;
    void socketFailed() override { drop(); }
    StreamSocket::Received readSome();
    StreamSocket::Received discardSome();
    std::optional<TurnAllowance::Kind> allowanceKind() const;
    void socketWritten() override;
    void process();
    void afterProcessing();
    void headComplete();
    void complete();
    void refuse(const Refusal &refusal, bool isHead, QByteArray requestId);
    bool hasMemoryFor(std::int64_t more) const;
    void countBytes();
    bool closesAfter(const Response &response) const;
    void answered(bool close);
    bool sendPiece(const QByteArray &bytes);
    void peerFinished();
    void send(const QByteArray &bytes);
    void allSent();
    void updateReading();
    void updatePhase();
    void enterPhase(Phase phase);
    void phaseExpired();
    void setClosable(bool closable);
    void schedule();
    void watchUnsent();
    bool hasTooMuchUnsent() const { return m_socket.bytesToWrite() > m_host.limits().maxUnsentBytes; }

    ConnectionHost &m_host;
    const ConnectionId m_id;
    Quota m_quota;
    State m_state = State::Reading;
    Phase m_phase = Phase::None;
    bool m_processing = false;
    bool m_finished = false;  ///< the client's FIN was read; no further request comes
    bool m_closable = false;
    bool m_finSent = false;
    std::int32_t m_discarded = 0;  ///< input bytes discarded after the last response

    QByteArray m_peer;
    InputBuffer m_input;
    RequestParser m_parser;
    ResponseEncoder m_response;  ///< encodes the response to the request being handled

    ByteCharge m_charge;  ///< counts the bytes of bodies being received or sent
    ConnectionDeadlines m_deadlines;
    qint64 m_written = 0;  ///< bytes given to the socket so far

    StreamSocket m_socket;
};

}  // namespace holdline::http
