// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/harness/call.h"

#include <array>

namespace holdline::harness {

using http::StreamSocket;

Call::Call(quint16 port, const QByteArray &request, QObject *parent) : QObject(parent), m_request(request)
{
    connect(&m_connector, &http::Connector::connected, this, &Call::connected);
    connect(&m_connector, &http::Connector::failed, this,
            [this](const http::ConnectFailure &) { end(CallResult::Fate::Refused); });
    m_parser.begin();
    QMetaObject::invokeMethod(
        this, [this, port] { m_connector.start({QHostAddress(QHostAddress::LocalHost)}, port); },
        Qt::QueuedConnection);
}

Call::~Call() = default;

QByteArray Call::post(const QByteArray &target, const QByteArray &body, const QByteArray &fields)
{
    return "POST " + target + " HTTP/1.1\r\nHost: holdline\r\nConnection: close\r\n" + fields +
           "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray Call::withoutBody(const QByteArray &method, const QByteArray &target, const QByteArray &fields)
{
    return method + ' ' + target + " HTTP/1.1\r\nHost: holdline\r\nConnection: close\r\n" + fields + "\r\n";
}

void Call::connected(int descriptor)
{
    m_socket = std::make_unique<StreamSocket>(static_cast<StreamSocket::User &>(*this), descriptor);
    if (!m_socket->write(m_request))
        end(CallResult::Fate::Broken);
}

void Call::socketReadable()
{
    static thread_local std::array<char, 64 * 1024> buffer;
    qsizetype count = 0;
    switch (m_socket->receive(buffer, count)) {
        case StreamSocket::Received::Nothing:
            return;
        case StreamSocket::Received::Bytes:
            m_parser.feed(QByteArrayView(buffer.data(), count));
            break;
        case StreamSocket::Received::Finished:
            m_parser.finish();
            break;
        case StreamSocket::Received::Failed:
            end(CallResult::Fate::Broken);
            return;
    }
    if (m_parser.isOver())
        end(m_parser.state() == http::ResponseParser::State::Complete ? CallResult::Fate::Answered
                                                                      : CallResult::Fate::Broken);
}

void Call::end(CallResult::Fate fate)
{
    if (m_over)
        return;
    m_over = true;
    if (m_socket)
        m_socket->close();
    CallResult result;
    result.fate = fate;
    if (fate == CallResult::Fate::Answered) {
        result.status = m_parser.status();
        result.headers = m_parser.headers();
        result.body = m_parser.takeBody();
    }
    Q_EMIT finished(result);
}

}  // namespace holdline::harness
