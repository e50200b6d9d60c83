// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tlsserver.h"

#include <QByteArray>
#include <QHostAddress>
#include <QList>
#include <QObject>
#include <QTcpServer>
#include <QUrl>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

class QTcpSocket;

namespace holdline::test {

/// A raw TCP server for tests of HTTP clients. It sends scripted bytes unchanged, whether valid HTTP or not.
///
/// The server reads requests (head and Content-Length body) and counts each complete request as an arrival.
/// The n-th arrival gets the n-th queued script, and later arrivals get the default script. setFor() and
/// setResponder() override this order. The server runs in the test's thread and event loop, and never blocks
/// or sleeps.
class ScriptedServer : public QObject
{
    Q_OBJECT

public:
    struct Step
    {
        enum class Kind {
            Write,          ///< bytes, in one piece
            WriteBytewise,  ///< bytes, one per turn of the event loop
            Flood,          ///< repeats `bytes` for as long as the client reads
            Hold,           ///< waits for releaseOne() or releaseAll()
            Tickets,        ///< `count` TLS session tickets
            Close,          ///< FIN; with TLS after a close_notify
            Truncate,       ///< FIN without close_notify
            Reset,          ///< RST
        };
        Kind kind = Kind::Write;
        QByteArray bytes;
        int count = 0;
    };
    using Script = QList<Step>;

    struct Arrival
    {
        int connection = 0;  ///< number of the connection, from 1 in the order of accept
        QByteArray head;     ///< request line and header fields, with the empty line
        QByteArray body;
        QByteArray field(const char *name) const;  ///< value of a header field; empty when missing
    };

    /// With port 0 the system picks a port.
    explicit ScriptedServer(const QHostAddress &address = QHostAddress::LocalHost, quint16 port = 0);
    ~ScriptedServer() override;

    /// Uses TLS for new connections. A script of setOnAccept() then runs before the TLS handshake.
    void setTls(std::shared_ptr<TlsServer> tls) { m_tls = std::move(tls); }

    quint16 port() const { return m_server.serverPort(); }
    QUrl url(const QString &path = QStringLiteral("/start")) const;

    // Steps and scripts
    static Step write(const QByteArray &bytes) { return {Step::Kind::Write, bytes}; }
    static Step tickets(int count) { return {Step::Kind::Tickets, {}, count}; }
    static Step truncate() { return {Step::Kind::Truncate, {}}; }
    static Step bytewise(const QByteArray &bytes) { return {Step::Kind::WriteBytewise, bytes}; }
    static Step flood(const QByteArray &bytes) { return {Step::Kind::Flood, bytes}; }
    static Step hold() { return {Step::Kind::Hold, {}}; }
    static Step close() { return {Step::Kind::Close, {}}; }
    static Step reset() { return {Step::Kind::Reset, {}}; }
    /// Returns the bytes of a complete response with Content-Length.
    static QByteArray answer(int status, const QByteArray &body, const QByteArray &fields = {});

    /// Queues a script for the next arrival that setFor() and setResponder() give no script.
    void enqueue(const Script &script) { m_scripts.push_back(script); }
    /// Sets the script for arrivals when no script is queued. Initially this is a 200 response that accepts a
    /// start request.
    void setDefault(const Script &script) { m_default = script; }
    /// Sets the script for arrivals whose body contains this text. It takes precedence over queued scripts
    /// and the default.
    void setFor(const QByteArray &text, const Script &script) { m_byText.emplace_back(text, script); }
    /// Sets a function that returns the script for each arrival. It takes precedence over all other scripts,
    /// unless the returned script is empty.
    void setResponder(std::function<Script(const Arrival &)> responder)
    {
        m_responder = std::move(responder);
    }
    /// Sets a script that runs at accept, before the server reads. With an empty script the server reads at
    /// once.
    void setOnAccept(const Script &script) { m_onAccept = script; }
    /// Serves one connection at a time per value of this header field. Other connections wait until that one
    /// is closed.
    void setOnePerConnection(const QByteArray &field) { m_exclusiveField = field; }

    void releaseOne();
    void releaseAll();
    int holding() const { return static_cast<int>(m_held.size()); }
    /// Closes every open connection.
    void closeAll();
    /// Closes the listening socket, so that connections are refused from now on.
    void stopListening() { m_server.close(); }

    const QList<Arrival> &arrivals() const { return m_arrivals; }
    int arrivalCount() const { return static_cast<int>(m_arrivals.size()); }
    int accepted() const { return m_accepted; }
    int openConnections() const { return static_cast<int>(m_connections.size()); }
    int mostOpenConnections() const { return m_mostOpen; }
    /// Returns the number of script bytes that the system accepted. This includes bytes in the system's
    /// buffers when the client does not read.
    qint64 bytesTaken() const { return m_bytesTaken; }

    /// Returns a loopback port on which no socket listens while this program runs, unless the test does so
    /// later.
    static quint16 unusedPort();

private:
    struct Connection;
    void accept();
    void read(Connection &connection);
    void begin(Connection &connection);
    void run(Connection &connection);
    void pump(Connection &connection);
    void gone(int number);
    void send(Connection &connection, const QByteArray &bytes);

    std::shared_ptr<TlsServer> m_tls;
    QTcpServer m_server;
    QByteArray m_exclusiveField;
    std::map<QByteArray, int> m_turns;
    std::map<int, std::unique_ptr<Connection>> m_connections;
    std::deque<Script> m_scripts;
    Script m_default;
    std::vector<std::pair<QByteArray, Script>> m_byText;
    std::function<Script(const Arrival &)> m_responder;
    Script m_onAccept;
    std::deque<int> m_held;
    QList<Arrival> m_arrivals;
    int m_accepted = 0;
    int m_mostOpen = 0;
    qint64 m_bytesTaken = 0;
};

}  // namespace holdline::test

Q_DECLARE_METATYPE(holdline::test::ScriptedServer::Step)
