// SPDX-License-Identifier: GPL-3.0-or-later
// How StreamSocket discards input, and how it keeps bytes that the kernel does not accept yet.
#include "service/http/streamsocket.h"
#include "tests/support/suite.h"

#include <QTest>

#include <array>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdline::http;

namespace {

class Ignorant final : public StreamSocket::User
{
public:
    void socketReadable() override {}
    void socketFailed() override {}
};

std::array<int, 2> localPair()
{
    std::array<int, 2> pair{-1, -1};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data());
    return pair;
}

std::array<int, 2> tcpPair()
{
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *const where = reinterpret_cast<sockaddr *>(&address);
    ::bind(listening, where, size);
    ::listen(listening, 1);
    ::getsockname(listening, where, &size);
    std::array<int, 2> pair{::socket(AF_INET, SOCK_STREAM, 0), -1};
    if (::connect(pair[0], where, size) == 0)
        pair[1] = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
    ::close(listening);
    return pair;
}

/// Calls `read` until it returns something else than Nothing.
template <typename Read>
StreamSocket::Received whatComes(Read read)
{
    auto received = StreamSocket::Received::Nothing;
    while (received == StreamSocket::Received::Nothing)
        received = read();
    return received;
}

void send(int descriptor, const QByteArray &bytes)
{
    QCOMPARE(::send(descriptor, bytes.constData(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL),
             bytes.size());
}

}  // namespace

class TestStreamSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void discards_data()
    {
        QTest::addColumn<bool>("isTcp");
        QTest::newRow("TCP") << true;
        QTest::newRow("local") << false;
    }
    void discards()
    {
        QFETCH(bool, isTcp);
        const auto [other, descriptor] = isTcp ? tcpPair() : localPair();
        QVERIFY(other >= 0 && descriptor >= 0);
        Ignorant user;
        StreamSocket socket(user, descriptor);
        qsizetype count = -1;
        QCOMPARE(socket.discard(1'000'000, count), StreamSocket::Received::Nothing);
        QCOMPARE(count, 0);

        send(other, QByteArray(9'000, 'x') + "rest");
        qsizetype total = 0;
        while (total < 9'000) {
            const auto received = socket.discard(9'000 - total, count);
            QVERIFY(received == StreamSocket::Received::Bytes || received == StreamSocket::Received::Nothing);
            total += count;
        }
        QCOMPARE(total, 9'000);
        std::array<char, 16> rest{};
        QCOMPARE(whatComes([&] { return socket.receive(rest, count); }), StreamSocket::Received::Bytes);
        QCOMPARE(QByteArray(rest.data(), count), "rest");

        ::close(other);
        QCOMPARE(whatComes([&] { return socket.discard(1'000'000, count); }),
                 StreamSocket::Received::Finished);
    }
    /// One call discards all bytes that are available, however many they are.
    void discardsMuchAtOnce()
    {
        const auto [other, descriptor] = tcpPair();
        QVERIFY(other >= 0 && descriptor >= 0);
        Ignorant user;
        StreamSocket socket(user, descriptor);
        qsizetype sent = 0;
        const QByteArray piece(16 * 1024, 'x');
        for (ssize_t taken = 1; taken > 0 && sent < 1'000'000; sent += std::max<ssize_t>(taken, 0))
            taken = ::send(other, piece.constData(), static_cast<std::size_t>(piece.size()), MSG_DONTWAIT);
        qsizetype count = 0;
        QCOMPARE(whatComes([&] { return socket.discard(100'000'000, count); }),
                 StreamSocket::Received::Bytes);
        QVERIFY2(count > 32 * 1024, QByteArray::number(count).constData());
        ::close(other);
    }
    void unsentBytesAreNotCopied()
    {
        const auto [other, descriptor] = localPair();
        QVERIFY(other >= 0 && descriptor >= 0);
        Ignorant user;
        StreamSocket socket(user, descriptor);
        const QByteArray first(4'000'000, 'a');
        QVERIFY(socket.write(first));
        QVERIFY(socket.bytesToWrite() > 0);
        QVERIFY(!first.isDetached());
        QCOMPARE(socket.unsentMemory(), first.capacity());
        // Bytes written later are sent later, so the reader gets all bytes in order.
        const QByteArray second(1'000'000, 'b');
        QVERIFY(socket.write(second));
        QVERIFY(first.isDetached());
        QByteArray got;
        const auto read = [&, reader = other] {
            std::array<char, 64 * 1024> bytes{};
            const ssize_t count = ::recv(reader, bytes.data(), bytes.size(), MSG_DONTWAIT);
            got.append(bytes.data(), std::max<ssize_t>(count, 0));
            return got.size() == first.size() + second.size();
        };
        while (!read())
            QCoreApplication::processEvents();
        QVERIFY(got == first + second);
        QCOMPARE(socket.bytesToWrite(), 0);
        QCOMPARE(socket.unsentMemory(), 0);
        ::close(other);
    }
};

HOLDLINE_TEST(TestStreamSocket)
#include "tst_streamsocket.moc"
