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

/// A raw TCP server for tests of HTTP clients. It answers by script, valid or not.
///
/// It reads requests (head and Content-Length body) and counts each whole one as an arrival. The nth arrival
/// gets the nth queued script, later ones the default script, and some one by their body. It sends a script's
/// bytes unchanged. Lives in the test's thread and event loop; it never blocks and never sleeps.
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
        int connection = 0;  ///< number of the connection from 1, in the order of accept
        QByteArray head;     ///< request line and fields, with the empty line
        QByteArray body;
        QByteArray field(const char *name) const;  ///< value of a header field; empty when missing
    };

    /// Port 0: the system picks one.
    explicit ScriptedServer(const QHostAddress &address = QHostAddress::LocalHost, quint16 port = 0);
    ~ScriptedServer() override;

    /// Speaks TLS from now on. A script for accept then runs before the handshake.
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
    /// A whole response with Content-Length.
    static QByteArray answer(int status, const QByteArray &body, const QByteArray &fields = {});

    /// Queues a script for the next arrival that has none.
    void enqueue(const Script &script) { m_scripts.push_back(script); }
    /// Sets the script of arrivals without one of their own. The initial default is a 200 with an accepted
    /// start.
    void setDefault(const Script &script) { m_default = script; }
    /// Sets the script of arrivals whose body contains this text. It wins over all others.
    void setFor(const QByteArray &text, const Script &script) { m_byText.emplace_back(text, script); }
    /// Makes the script of each arrival, and wins over all others. An empty script is none.
    void setResponder(std::function<Script(const Arrival &)> responder)
    {
        m_responder = std::move(responder);
    }
    /// Sets a script that runs at accept, before anything is read. With an empty script the connection is
    /// read as usual.
    void setOnAccept(const Script &script) { m_onAccept = script; }
    /// Serves one connection per value of this field at a time. Others wait until it is closed.
    void setOnePerConnection(const QByteArray &field) { m_exclusiveField = field; }

    void releaseOne();
    void releaseAll();
    int holding() const { return static_cast<int>(m_held.size()); }
    /// Closes every open connection now.
    void closeAll();
    /// Closes the listening socket, so that connections are refused from now on.
    void stopListening() { m_server.close(); }

    const QList<Arrival> &arrivals() const { return m_arrivals; }
    int arrivalCount() const { return static_cast<int>(m_arrivals.size()); }
    int accepted() const { return m_accepted; }
    int openConnections() const { return static_cast<int>(m_connections.size()); }
    int mostOpenConnections() const { return m_mostOpen; }
    /// Script bytes that the system took, including its buffers for a client that does not read.
    qint64 bytesTaken() const { return m_bytesTaken; }

    /// A loopback port on which nothing listens, as long as this program runs. The test may listen there
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
