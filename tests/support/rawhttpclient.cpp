// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/rawhttpclient.h"

#include "core/httpvalues/grammar.h"
#include "service/http/chunkdecoder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace holdline::test {

namespace {

int connectTo(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        qFatal("no descriptor left for a test client");
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The connection is in progress or refused. In both cases the descriptor becomes readable or writable.
    static_cast<void>(::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address));
    return descriptor;
}

}  // namespace

RawHttpClient::RawHttpClient(quint16 port, QObject *parent)
    : QObject(parent),
      m_descriptor(connectTo(port)),
      m_readNotifier(m_descriptor, QSocketNotifier::Read),
      m_writeNotifier(m_descriptor, QSocketNotifier::Write)
{
    connect(&m_readNotifier, &QSocketNotifier::activated, this, &RawHttpClient::read);
    connect(&m_writeNotifier, &QSocketNotifier::activated, this, &RawHttpClient::flush);
}

RawHttpClient::~RawHttpClient()
{
    end();
}

void RawHttpClient::end()
{
    m_ended = true;
    if (m_descriptor < 0)
        return;
    m_readNotifier.setEnabled(false);
    m_writeNotifier.setEnabled(false);
    ::close(m_descriptor);
    m_descriptor = -1;
}

void RawHttpClient::read()
{
    std::array<char, 64 * 1024> buffer;
    const ssize_t got = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
    if (got > 0) {
        m_received.append(buffer.data(), got);
    } else if (got == 0) {
        end();
    } else if (errno != EAGAIN && errno != EINTR) {
        m_wasRefused = errno == ECONNREFUSED;
        m_wasReset = !m_wasRefused;
        end();
    }
}

void RawHttpClient::flush()
{
    m_writeNotifier.setEnabled(false);
    if (m_descriptor < 0)
        return;
    if (!m_unsent.isEmpty()) {
        const auto size = static_cast<std::size_t>(m_unsent.size());
        const ssize_t sent = ::send(m_descriptor, m_unsent.constData(), size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            m_unsent.clear();  // the reading side will report the error
            return;
        }
        m_unsent.remove(0, std::max<ssize_t>(sent, 0));
    }
    if (!m_unsent.isEmpty()) {
        m_writeNotifier.setEnabled(true);
    } else if (!m_pieces.isEmpty()) {
        QMetaObject::invokeMethod(this, &RawHttpClient::sendNextPiece, Qt::QueuedConnection);
    } else if (m_finishing && isConnected()) {
        ::shutdown(m_descriptor, SHUT_WR);
    } else if (m_finishing) {
        m_writeNotifier.setEnabled(true);
    }
}

void RawHttpClient::send(const QByteArray &bytes)
{
    m_unsent += bytes;
    flush();
}

void RawHttpClient::sendInPieces(const QByteArray &bytes, qsizetype size)
{
    m_pieces = bytes;
    m_pieceSize = size;
    flush();
}

void RawHttpClient::sendSplit(const QByteArray &bytes, qsizetype position)
{
    m_unsent += bytes.first(position);
    sendInPieces(bytes.sliced(position), std::max<qsizetype>(1, bytes.size() - position));
}

void RawHttpClient::sendNextPiece()
{
    const QByteArray piece = m_pieces.first(std::min(m_pieceSize, m_pieces.size()));
    m_pieces.remove(0, piece.size());
    send(piece);
}

void RawHttpClient::sendUrgentByte()
{
    static_cast<void>(::send(m_descriptor, "!", 1, MSG_OOB | MSG_NOSIGNAL));
}

void RawHttpClient::finishSending()
{
    m_finishing = true;
    flush();
}

void RawHttpClient::reset()
{
    const linger now{1, 0};
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    end();
}

void RawHttpClient::close()
{
    end();
}

void RawHttpClient::stopReading()
{
    m_readNotifier.setEnabled(false);
}

void RawHttpClient::startReading()
{
    m_readNotifier.setEnabled(m_descriptor >= 0);
}

bool RawHttpClient::isConnected() const
{
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    return m_descriptor >= 0 && ::getpeername(m_descriptor, reinterpret_cast<sockaddr *>(&peer), &size) == 0;
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
            http::ChunkDecoder decoder(
                {.maxBodyBytes = std::numeric_limits<int>::max(), .maxTrailerBytes = 64 * 1024});
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
    return "POST " + target +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + fields +
           "\r\n" + body;
}

QByteArray RawHttpClient::get(const QByteArray &target, const QByteArray &fields)
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

}  // namespace holdline::test
