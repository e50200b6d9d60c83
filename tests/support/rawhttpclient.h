// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QObject>
#include <QSocketNotifier>

#include <vector>

namespace holdline::test {

/// One answer as it came over the wire.
struct RawAnswer
{
    int status = 0;
    http::HeaderFields headers;
    QByteArray body;
};

/// A client that sends exactly the bytes it is told, whole, in pieces or never, and keeps what comes back. It
/// obeys no rule of HTTP, but reads answers: by Content-Length, chunked, or up to the end of the connection.
/// Connects at once to 127.0.0.1; what is sent before that is sent then. Works with QTRY_…: nothing blocks.
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

    /// shutdown(SHUT_WR): a FIN, while answers can still be read. Waits for what is still to be sent.
    void finishSending();
    /// Closes with an RST.
    void reset();
    void close();
    /// From now on nothing is read: the receive window fills. Give it a small one at first to see effects
    /// early.
    void stopReading();
    void startReading();

    /// Answers to HEAD have no body, whatever their Content-Length says.
    void setExpectsHead(bool head) { m_expectsHead = head; }

    const QByteArray &received() const { return m_received; }
    /// The complete answers so far, 1xx included.
    std::vector<RawAnswer> answers() const;
    int answerCount() const { return static_cast<int>(answers().size()); }
    /// The status of answer `index`; 0 when it has not come.
    int status(int index = 0) const;
    /// True when all that was received is whole answers.
    bool hasOnlyWholeAnswers() const;

    bool isConnected() const;
    /// The server closed, cleanly or not.
    bool isClosed() const { return m_ended; }
    /// The server closed with an RST.
    bool wasReset() const { return m_wasReset; }
    /// Nobody listened.
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
