// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tlscertificates.h"

#include <QByteArray>

#include <memory>

struct ssl_ctx_st;
struct ssl_st;

namespace holdline::test {

/// The TLS side of a test server, on OpenSSL alone: nothing of the code under test. It moves bytes and has no
/// socket.
class TlsServer
{
public:
    struct Options
    {
        QString clientAuthority = {};  ///< asks clients for a certificate of this authority
        int tickets = 2;               ///< session tickets after a handshake
        bool onlyTls12 = false;
    };

    TlsServer(const TlsIdentity &identity, const Options &options);
    explicit TlsServer(const TlsIdentity &identity) : TlsServer(identity, Options()) {}
    ~TlsServer();
    TlsServer(const TlsServer &) = delete;
    TlsServer &operator=(const TlsServer &) = delete;

    /// One connection.
    class End
    {
    public:
        explicit End(TlsServer &server);
        ~End();
        End(const End &) = delete;
        End &operator=(const End &) = delete;

        /// Takes bytes from the wire. Returns the data in them.
        QByteArray receive(const QByteArray &wire);
        /// Encrypts. Call it after the handshake.
        void send(const QByteArray &data);
        void sendCloseNotify();
        /// Sends that many more session tickets.
        void sendTickets(int count);
        /// Returns the bytes for the wire since the last call.
        QByteArray takeWire();

        bool isReady() const;

    private:
        TlsServer &m_server;
        ssl_st *m_ssl;
        bool m_counted = false;
    };

    int handshakes() const { return m_handshakes; }
    int resumed() const { return m_resumed; }               ///< of those, the ones that resumed a session
    QByteArray lastName() const { return m_name; }          ///< SNI of the last handshake
    QByteArray lastProtocol() const { return m_protocol; }  ///< ALPN of the last handshake

private:
    ssl_ctx_st *m_context;
    int m_handshakes = 0;
    int m_resumed = 0;
    QByteArray m_name;
    QByteArray m_protocol;
};

}  // namespace holdline::test
