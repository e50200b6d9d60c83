// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/rawhttpclient.h"

#include "service/http/chunkdecoder.h"
#include "service/http/grammar.h"

#include <QHostAddress>

#include <algorithm>
#include <limits>

#include <sys/socket.h>

namespace holdline::test {

RawHttpClient::RawHttpClient(quint16 port, QObject *parent) : QObject(parent)
{
    connect(&m_socket, &QIODevice::readyRead, this, [this] {
        if (m_reading)
            m_received += m_socket.readAll();
    });
    connect(&m_socket, &QAbstractSocket::connected, this, [this] {
        m_everConnected = true;
        m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        if (!m_pending.isEmpty())
            sendNextPiece();
        else if (m_finishAfterPending)
            finishSending();
    });
    connect(&m_socket, &QAbstractSocket::bytesWritten, this, [this] {
        if (m_finishAfterPending && m_pending.isEmpty() && m_socket.bytesToWrite() == 0)
            finishSending();
    });
    connect(&m_socket, &QAbstractSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
        if (error != QAbstractSocket::RemoteHostClosedError)
            m_wasReset = true;
        m_ended = true;
    });
    connect(&m_socket, &QAbstractSocket::disconnected, this, [this] { m_ended = true; });
    m_socket.connectToHost(QHostAddress::LocalHost, port);
}

RawHttpClient::~RawHttpClient()
{
    m_socket.disconnect(this);
}

void RawHttpClient::send(const QByteArray &bytes)
{
    m_socket.write(bytes);
    if (isConnected())
        m_socket.flush();
}

void RawHttpClient::sendInPieces(const QByteArray &bytes, qsizetype size)
{
    m_pending = bytes;
    m_pendingPos = 0;
    m_pieceSize = size;
    if (isConnected())
        sendNextPiece();
}

void RawHttpClient::sendSplit(const QByteArray &bytes, qsizetype position)
{
    if (position > 0)
        send(bytes.first(position));
    sendInPieces(bytes.sliced(position), std::max<qsizetype>(1, bytes.size() - position));
}

void RawHttpClient::sendNextPiece()
{
    if (m_pending.isEmpty() || !isConnected())
        return;
    send(m_pending.mid(m_pendingPos, m_pieceSize));
    m_pendingPos += m_pieceSize;
    if (m_pendingPos < m_pending.size()) {
        QMetaObject::invokeMethod(this, &RawHttpClient::sendNextPiece, Qt::QueuedConnection);
        return;
    }
    m_pending.clear();
    if (m_finishAfterPending)
        finishSending();
}

void RawHttpClient::finishSending()
{
    m_finishAfterPending = true;
    if (!isConnected() || !m_pending.isEmpty())
        return;
    m_socket.flush();
    if (m_socket.bytesToWrite() == 0)
        ::shutdown(static_cast<int>(m_socket.socketDescriptor()), SHUT_WR);
}

void RawHttpClient::reset()
{
    const linger now{1, 0};
    ::setsockopt(static_cast<int>(m_socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    m_socket.abort();
}

void RawHttpClient::close()
{
    m_socket.disconnectFromHost();
}

void RawHttpClient::stopReading()
{
    m_reading = false;
    m_socket.setReadBufferSize(1);
}

void RawHttpClient::startReading()
{
    m_reading = true;
    m_socket.setReadBufferSize(0);
    m_received += m_socket.readAll();
}

std::vector<RawAnswer> RawHttpClient::answers() const
{
    qsizetype used = 0;
    return parse(used);
}

bool RawHttpClient::hasOnlyWholeAnswers() const
{
    qsizetype used = 0;
    parse(used);
    return used == m_received.size();
}

int RawHttpClient::status(int index) const
{
    const auto all = answers();
    return index < static_cast<int>(all.size()) ? all[static_cast<std::size_t>(index)].status : 0;
}

std::vector<RawAnswer> RawHttpClient::parse(qsizetype &used) const
{
    std::vector<RawAnswer> all;
    for (;;) {
        const qsizetype headEnd = m_received.indexOf("\r\n\r\n", used);
        if (headEnd < 0)
            return all;
        RawAnswer answer;
        const QList<QByteArray> lines = m_received.mid(used, headEnd - used).split('\n');
        answer.status = lines.first().mid(9, 3).toInt();
        for (const QByteArray &line : lines.mid(1)) {
            const qsizetype colon = line.indexOf(':');
            answer.headers.append(line.first(std::max<qsizetype>(colon, 0)), line.mid(colon + 1).trimmed());
        }
        const QByteArrayView rest = QByteArrayView(m_received).sliced(headEnd + 4);
        const bool bodiless =
            answer.status < 200 || answer.status == 204 || answer.status == 304 || m_expectsHead;
        qsizetype bodyBytes = 0;
        if (!bodiless && answer.headers.contains("Content-Length")) {
            bodyBytes = answer.headers.value("Content-Length").toLongLong();
            if (rest.size() < bodyBytes)
                return all;
            answer.body = rest.first(bodyBytes).toByteArray();
        } else if (!bodiless && answer.headers.contains("Transfer-Encoding")) {
            http::ChunkDecoder decoder(std::numeric_limits<int>::max(), 64 * 1024);
            if (decoder.feed(rest, answer.body, bodyBytes) != http::ChunkDecoder::Status::Done)
                return all;
        } else if (!bodiless) {
            if (!m_ended)
                return all;
            bodyBytes = rest.size();
            answer.body = rest.toByteArray();
        }
        used = headEnd + 4 + bodyBytes;
        all.push_back(std::move(answer));
    }
}

QByteArray RawHttpClient::post(const QByteArray &target, const QByteArray &body, const QByteArray &fields)
{
    return "POST " + target + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n"
        + fields + "\r\n" + body;
}

QByteArray RawHttpClient::get(const QByteArray &target, const QByteArray &fields)
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

}  // namespace holdline::test
