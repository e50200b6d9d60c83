// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QObject>
#include <QSocketNotifier>

#include <vector>

namespace holdline::test {

/// One response, decoded as received.
struct RawAnswer
{
    int status = 0;
    http::HeaderFields headers;
    QByteArray body;
};

/// An HTTP client that sends exactly the given bytes, whole or in pieces, and stores the responses. It
/// applies HTTP's rules only to find the end of a response: Content-Length, chunked coding, or the end of the
/// connection. The constructor connects to 127.0.0.1. Bytes sent before the connection is made are queued. No
/// call blocks, so use QTRY_….
class RawHttpClient : public QObject
{
    Q_OBJECT

public:
    explicit RawHttpClient(quint16 port, QObject *parent = nullptr);
    ~RawHttpClient() override;

    void send(const QByteArray &bytes);
    /// Sends pieces of `size` bytes, one per turn of the event loop.
    void sendInPieces(const QByteArray &bytes, qsizetype size = 1);
    /// Sends `bytes` up to `position`, and the rest one turn of the event loop later.
    void sendSplit(const QByteArray &bytes, qsizetype position);

    /// Sends one byte of TCP's urgent data, which is not part of the stream.
    void sendUrgentByte();
    /// Sends a FIN with shutdown(SHUT_WR) after all queued bytes. Responses can still be read.
    void finishSending();
    /// Closes the connection with an RST.
    void reset();
    void close();
    /// Stops reading, so that the receive window fills up. Construct the client with a small window for a
    /// quick effect.
    void stopReading();
    void startReading();

    /// When true, responses are parsed without a body, whatever their Content-Length says.
    void setExpectsHead(bool head) { m_expectsHead = head; }

    const QByteArray &received() const { return m_received; }
    /// Returns the complete responses so far, including 1xx.
    std::vector<RawAnswer> answers() const;
    int answerCount() const { return static_cast<int>(answers().size()); }
    /// Returns the status of response number `index`; 0 when this response has not arrived.
    int status(int index = 0) const;
    /// Returns true when the received bytes are complete responses and nothing else.
    bool hasOnlyWholeAnswers() const;

    bool isConnected() const;
    /// Returns true after the server has closed the connection, with a FIN or an RST.
    bool isClosed() const { return m_ended; }
    /// Returns true when the server closed the connection with an RST.
    bool wasReset() const { return m_wasReset; }
    /// Returns true when the connection was refused because no socket listened.
    bool wasRefused() const { return m_wasRefused; }

    /// Returns a `POST` request with Host, Content-Length and extra header fields, each ending with CRLF.
    static QByteArray post(const QByteArray &target, const QByteArray &body, const QByteArray &fields = {});
    static QByteArray get(const QByteArray &target, const QByteArray &fields = {});

private:
    std::vector<RawAnswer> parse(qsizetype &used) const;
    void read();
    void flush();
    void sendNextPiece();
    void end();

    int m_descriptor;
    QSocketNotifier m_readNotifier;
    QSocketNotifier m_writeNotifier;
    QByteArray m_received;
    QByteArray m_unsent;
    QByteArray m_pieces;
    qsizetype m_pieceSize = 1;
    bool m_finishing = false;
    bool m_expectsHead = false;
    bool m_ended = false;
    bool m_wasReset = false;
    bool m_wasRefused = false;
};

}  // namespace holdline::test
