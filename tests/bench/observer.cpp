// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/observer.h"

#include "tests/bench/childprocess.h"

#include <cstring>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace holdline::bench {

using namespace Qt::StringLiterals;

Observer::Observer(const QString &path, Habit habit)
    : m_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const QByteArray bytes = path.toUtf8();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (bytes.size() >= qsizetype{sizeof address.sun_path})
        giveUp(u"%1: too long for a socket"_s.arg(path));
    std::memcpy(address.sun_path, bytes.constData(), static_cast<std::size_t>(bytes.size()));
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        giveUp(u"cannot connect to %1"_s.arg(path));
    if (habit == Habit::Reads)
        m_reader = std::thread([this] { read(); });
}

Observer::~Observer()
{
    ::shutdown(m_descriptor, SHUT_RDWR);
    if (m_reader.joinable())
        m_reader.join();
    ::close(m_descriptor);
}

void Observer::read()
{
    std::vector<char> bytes(256 * 1024);
    while (true) {
        const ssize_t got = ::recv(m_descriptor, bytes.data(), bytes.size(), 0);
        if (got <= 0)
            return;
        m_bytes += got;
    }
}

}  // namespace holdline::bench
