// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plainhttp.h"

#include "service/http/responseparser.h"
#include "tests/bench/childprocess.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace holdline::bench {

using namespace Qt::StringLiterals;

PlainHttp::PlainHttp(quint16 port) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    const timeval patience{60, 0};
    ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        giveUp(u"cannot connect to port %1"_s.arg(port));
}

PlainHttp::~PlainHttp()
{
    ::close(m_socket);
}

QByteArray PlainHttp::get(const QByteArray &path)
{
    const QByteArray request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    if (::send(m_socket, request.constData(), static_cast<std::size_t>(request.size()), MSG_NOSIGNAL) !=
        request.size())
        giveUp(u"a request could not be sent"_s);
    http::ResponseParser parser;
    parser.begin();
    char buffer[16 * 1024];
    while (!parser.isOver()) {
        const ssize_t size = ::recv(m_socket, buffer, sizeof buffer, 0);
        if (size <= 0)
            giveUp(u"no answer to GET %1"_s.arg(QString::fromLatin1(path)));
        parser.feed(QByteArrayView(buffer, size));
    }
    if (parser.state() != http::ResponseParser::State::Complete || !parser.keepAlive())
        giveUp(u"an unusable answer to GET %1"_s.arg(QString::fromLatin1(path)));
    return parser.takeBody();
}

}  // namespace holdline::bench
