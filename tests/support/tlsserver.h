// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tlscertificates.h"

#include <QByteArray>

#include <memory>

struct ssl_ctx_st;
struct ssl_st;

namespace holdline::test {

/// The TLS side of a test server. It uses only OpenSSL and none of the code under test. It has no socket: the
/// caller moves the bytes.
class TlsServer
{
public:
    struct Options
    {
        QString clientAuthority = {};  ///< path of an authority; clients must present its certificate
        int tickets = 2;               ///< session tickets sent after a handshake
        bool onlyTls12 = false;
    };

    TlsServer(const TlsIdentity &identity, const Options &options);
    explicit TlsServer(const TlsIdentity &identity) : TlsServer(identity, Options()) {}
    ~TlsServer();
    TlsServer(const TlsServer &) = delete;
    TlsServer &operator=(const TlsServer &) = delete;

    /// The server's end of one TLS connection.
    class End
    {
    public:
        explicit End(TlsServer &server);
        ~End();
        End(const End &) = delete;
        End &operator=(const End &) = delete;

        /// Processes bytes from the network and returns the decrypted data.
        QByteArray receive(const QByteArray &wire);
        /// Encrypts data for takeWire(). Call this after the handshake.
        void send(const QByteArray &data);
        void sendCloseNotify();
        /// Sends `count` more session tickets.
        void sendTickets(int count);
        /// Returns the bytes to send to the network since the last call.
        QByteArray takeWire();

        bool isReady() const;

    private:
        TlsServer &m_server;
        ssl_st *m_ssl;
        bool m_counted = false;
    };

    int handshakes() const { return m_handshakes; }
    int resumed() const { return m_resumed; }       ///< how many of these handshakes resumed a session
    QByteArray lastName() const { return m_name; }  ///< SNI of the last handshake
    QByteArray lastProtocol() const { return m_protocol; }  ///< ALPN of the last handshake

private:
    ssl_ctx_st *m_context;
    int m_handshakes = 0;
    int m_resumed = 0;
    QByteArray m_name;
    QByteArray m_protocol;
};

}  // namespace holdline::test
