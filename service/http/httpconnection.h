// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connectiondeadlines.h"
#include "service/http/connectionhost.h"
#include "service/http/requestparser.h"
#include "service/http/streamsocket.h"

#include <list>

namespace holdline::http {

/// One accepted connection: reads requests one at a time, writes their answers in order, keeps the deadlines.
///
/// Life: made by the listener, start() once it is in its lists. It ends by itself (client left, deadline,
/// last answer) or by drop(); the host hears closed() exactly once and deletes it later, never from inside
/// one of its functions.
///
/// While a request is held its buffers are freed; the socket is still read, up to kInputBytes, because that
/// is how a client's leaving is seen. A client that has sent its FIN is answered if the answer comes from
/// inside ConnectionHost::received(); later it counts as gone.
class HttpConnection : public QObject, private StreamSocket::User
{
    Q_OBJECT

public:
    /// Which share of the limits the connection counts against.
    enum class Place {
        Regular,
        Reserved,  ///< beyond the cap: short deadlines, one request, and only for the reserved path
        Refused    ///< beyond the reserve: told so and closed
    };
    /// Takes the non-blocking descriptor over.
    HttpConnection(ConnectionHost &host, ConnectionId id, Place place, qintptr descriptor);

    void start() { enterPhase(Phase::Connected); }

    ConnectionId id() const { return m_id; }
    Place place() const { return m_place; }
    void setPlace(Place place) { m_place = place; }
    bool isHandling() const { return m_state == State::Handling; }

    /// The host's notes about this connection.
    struct Note
    {
        ExchangeId exchange = 0;
        std::list<HttpConnection *> *list = nullptr;  ///< the one it is in
        std::list<HttpConnection *>::iterator position;
    };
    Note note;

    void answer(const Response &response);
    void answerRaw(const QByteArray &bytes);
    void reset();

    /// An answer in pieces: its head and first piece, more pieces, the end. Until then the connection is
    /// handling its request. False when the exchange is over: the answer has no body (HEAD and some
    /// statuses), or the client is gone. A client that leaves more than Limits::maxUnsentBytes unread is
    /// dropped.
    bool beginStream(const Response &response);
    bool writeStream(QByteArrayView piece);
    void endStream();

    /// Answers `refusal` without waiting for a request and closes.
    void refuseNow(const Refusal &refusal);
    /// Closes gracefully: what is written goes out, then FIN, then what the client still sends is dropped for
    /// Limits::lingerTimeout, so that an RST cannot destroy the last answer.
    void leave();
    /// Closes at once.
    void drop();

    void wake(TimePoint now);
    void resume();

    static constexpr qsizetype kInputBytes = 64 * 1024;
    static constexpr int kRequestsPerTurn = 32;  ///< of one connection, before others have their turn
    static constexpr std::chrono::seconds kReservedTimeout{2};

private:
    enum class State { Reading, Handling, Leaving, Closed };
    enum class Phase { Connected, Idle, Head, Body, None };

    void socketReadable() override;
    void socketFailed() override { drop(); }
    void socketWritten() override;
    void process();
    void afterProcessing();
    void headComplete();
    void complete();
    void refuse(const Refusal &refusal, bool isHead, QByteArray requestId);
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
    bool hasInput() const { return m_inputPos < m_input.size(); }
    bool isStuffed() const { return m_socket.bytesToWrite() > m_host.limits().maxUnsentBytes; }

    ConnectionHost &m_host;
    const ConnectionId m_id;
    Place m_place;
    State m_state = State::Reading;
    Phase m_phase = Phase::None;
    bool m_processing = false;
    bool m_finished = false;  ///< the client's FIN has been read
    bool m_closable = false;
    bool m_finSent = false;

    // Of the request being answered
    bool m_keepAlive = true;
    bool m_isHead = false;
    bool m_isHttp10 = false;
    bool m_streaming = false;  ///< the head of an answer in pieces is out
    QByteArray m_requestId;

    QByteArray m_peer;
    QByteArray m_input;
    qsizetype m_inputPos = 0;
    RequestParser m_parser;

    ConnectionDeadlines m_deadlines;
    qint64 m_written = 0;  ///< bytes handed to the socket so far

    StreamSocket m_socket;
};

}  // namespace holdline::http
