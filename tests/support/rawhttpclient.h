// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QObject>
#include <QSocketNotifier>

#include <vector>

namespace holdline::test {

/// One response as received.
struct RawAnswer
{
    int status = 0;
    http::HeaderFields headers;
    QByteArray body;
};

/// A client that sends exactly the given bytes, whole or in pieces, and stores the responses. It follows no
/// rule of HTTP except in reading responses: by Content-Length, chunked, or up to the end of the connection.
/// It connects to 127.0.0.1 at once and sends earlier bytes when it is connected. It never blocks, so use
/// QTRY_….
class RawHttpClient : public QObject
{
    Q_OBJECT

public:
    explicit RawHttpClient(quint16 port, QObject *parent = nullptr);
    ~RawHttpClient() override;

    void send(const QByteArray &bytes);
    /// Sends pieces of `size` bytes, one per turn of the event loop.
    void sendInPieces(const QByteArray &bytes, qsizetype size = 1);
    /// Sends `bytes` up to `position`, and the rest a turn of the event loop later.
    void sendSplit(const QByteArray &bytes, qsizetype position);

    /// Sends one byte of TCP's urgent data, which is not part of the stream.
    void sendUrgentByte();
    /// Sends a FIN with shutdown(SHUT_WR) after all queued bytes. Responses can still be read.
    void finishSending();
    /// Closes with an RST.
    void reset();
    void close();
    /// Stops reading, so that the receive window fills. Give it a small window at first to see effects early.
    void stopReading();
    void startReading();

    /// Responses to HEAD have no body, whatever their Content-Length says.
    void setExpectsHead(bool head) { m_expectsHead = head; }

    const QByteArray &received() const { return m_received; }
    /// The complete responses so far, including 1xx.
    std::vector<RawAnswer> answers() const;
    int answerCount() const { return static_cast<int>(answers().size()); }
    /// The status of response `index`; 0 when it has not arrived.
    int status(int index = 0) const;
    /// True when the received bytes are whole responses only.
    bool hasOnlyWholeAnswers() const;

    bool isConnected() const;
    /// True after the server closed, with a FIN or an RST.
    bool isClosed() const { return m_ended; }
    /// True when the server closed with an RST.
    bool wasReset() const { return m_wasReset; }
    /// True when nothing listened.
    bool wasRefused() const { return m_wasRefused; }

    /// `POST target` with a Host, a Content-Length and more fields, each with its CRLF.
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
