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

/// One accepted connection. Reads one request at a time, writes the responses in order and keeps the
/// deadlines.
///
/// Life: HttpListener makes it, enters it in a list and calls start(). It ends by itself (the client left, a
/// deadline passed, the last response was sent) or by drop(). The host gets closed() exactly once and deletes
/// the connection later, never inside one of its functions.
///
/// While a request is being handled, the connection frees that request's buffers but still reads up to
/// kInputBytes. Only reading shows that the client left. A client that sent its FIN still gets a response
/// given inside ConnectionHost::received(). Later it counts as gone, unless Limits::holdHalfClosed: then it
/// counts as gone when its connection breaks.
class HttpConnection : public QObject, private StreamSocket::User
{
    Q_OBJECT

public:
    /// The share of Limits that the connection counts against.
    enum class Quota : std::uint8_t {
        Regular,
        Reserved,  ///< above maxConnections: short deadlines, one request, only for the reserved path
        Refused    ///< above the reserve: gets a 503 and is closed
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

    void answer(const Response &response);
    void answerRaw(const QByteArray &bytes);
    void reset();

    /// Begins a response in pieces with its head and first piece. writeStream() adds pieces, endStream() ends
    /// it with a last piece, which may be empty. The request counts as being handled until then. Returns
    /// false when the exchange is over: the response has no body (HEAD and some statuses), or the client is
    /// gone. A client with more than Limits::maxUnsentBytes unread bytes is dropped.
    bool beginStream(const Response &response);
    bool writeStream(QByteArrayView piece);
    void endStream(QByteArrayView last);

    /// Sends `refusal` without waiting for a request and closes.
    void refuseNow(const Refusal &refusal);
    /// Closes without loss. Sends the written bytes and a FIN, then discards input for Limits::lingerTimeout.
    /// Without that wait, an RST could destroy the last response. Ends early when the client sends more than
    /// Limits::lingerBytes, or when too many others linger.
    void leave();
    /// Closes at once. Unsent bytes are lost.
    void drop();

    void wake(TimePoint now);
    void resume();

    static constexpr qsizetype kInputBytes = 64 * 1024;
    static constexpr int kRequestsPerTurn = 32;  ///< of one connection, then other connections get their turn
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
    std::int32_t m_discarded = 0;  ///< bytes after the last response

    QByteArray m_peer;
    InputBuffer m_input;
    RequestParser m_parser;
    ResponseEncoder m_response;  ///< to the request being handled

    ByteCharge m_charge;  ///< bodies that are being received or sent
    ConnectionDeadlines m_deadlines;
    qint64 m_written = 0;  ///< bytes given to the socket so far

    StreamSocket m_socket;
};

}  // namespace holdline::http
