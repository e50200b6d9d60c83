// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/scriptedserver.h"

#include <QTcpSocket>

#include <algorithm>

#include <netinet/in.h>
#include <sys/socket.h>

namespace holdline::test {

struct ScriptedServer::Connection
{
    int number = 0;
    QTcpSocket *socket = nullptr;
    std::unique_ptr<TlsServer::End> tls;
    QByteArray input;
    Script script;
    qsizetype step = 0;
    qsizetype offset = 0;  ///< next byte to send in a WriteBytewise step
    bool running = false;  ///< true from an arrival to the end of its script
    bool held = false;
    bool waitsForTurn = false;
};

ScriptedServer::ScriptedServer(const QHostAddress &address, quint16 port)
{
    m_default = {write(answer(200, R"({"state":"running","id":"4499a6e0c2ef4b98"})"))};
    m_server.setListenBacklogSize(4096);
    connect(&m_server, &QTcpServer::newConnection, this, &ScriptedServer::accept);
    if (!m_server.listen(address, port))
        qFatal("ScriptedServer cannot listen: %s", qPrintable(m_server.errorString()));
}

ScriptedServer::~ScriptedServer()
{
    for (auto &[number, connection] : m_connections) {
        connection->socket->disconnect(this);
        connection->socket->abort();
    }
}

QUrl ScriptedServer::url(const QString &path) const
{
    QUrl url;
    url.setScheme(m_tls ? QStringLiteral("https") : QStringLiteral("http"));
    url.setHost(m_server.serverAddress().toString());
    url.setPort(m_server.serverPort());
    url.setPath(path);
    return url;
}

quint16 ScriptedServer::unusedPort()
{
    // The port stays bound until the program ends. So no other program gets the port, and connections are
    // refused because no socket listens. Only a socket that binds to this port with SO_REUSEADDR can listen
    // on it later.
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto *const where = reinterpret_cast<sockaddr *>(&address);
    if (descriptor < 0 || ::bind(descriptor, where, length) != 0 ||
        ::getsockname(descriptor, where, &length) != 0)
        return 0;
    return ntohs(address.sin_port);
}

QByteArray ScriptedServer::answer(int status, const QByteArray &body, const QByteArray &fields)
{
    return "HTTP/1.1 " + QByteArray::number(status) + " Scripted\r\n" + fields +
           "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) +
           "\r\n\r\n" + body;
}

QByteArray ScriptedServer::Arrival::field(const char *name) const
{
    for (const QByteArray &line : head.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.first(colon).compare(name, Qt::CaseInsensitive) == 0)
            return line.sliced(colon + 1).trimmed();
    }
    return {};
}

void ScriptedServer::accept()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        const int number = ++m_accepted;
        auto owned = std::make_unique<Connection>();
        Connection &connection = *owned;
        connection.number = number;
        connection.socket = socket;
        if (m_tls)
            connection.tls = std::make_unique<TlsServer::End>(*m_tls);
        m_connections[number] = std::move(owned);
        m_mostOpen = std::max(m_mostOpen, openConnections());
        socket->setParent(this);
        connect(socket, &QTcpSocket::disconnected, this, [this, number] { gone(number); });
        connect(socket, &QTcpSocket::readyRead, this, [this, number] {
            if (const auto found = m_connections.find(number); found != m_connections.end())
                read(*found->second);
        });
        connect(socket, &QTcpSocket::bytesWritten, this, [this, number](qint64 bytes) {
            m_bytesTaken += bytes;
            if (const auto found = m_connections.find(number); found != m_connections.end())
                pump(*found->second);
        });
        if (!m_onAccept.isEmpty()) {
            connection.script = m_onAccept;
            connection.running = true;
            run(connection);
        } else if (socket->bytesAvailable() > 0) {
            read(connection);
        }
    }
}

void ScriptedServer::read(Connection &connection)
{
    if (!connection.tls) {
        connection.input += connection.socket->readAll();
    } else {
        if (connection.running && !connection.tls->isReady())
            return;  // a script of setOnAccept() runs before the handshake
        connection.input += connection.tls->receive(connection.socket->readAll());
        connection.socket->write(connection.tls->takeWire());
        connection.socket->flush();
    }
    begin(connection);
}

/// Starts the script for the next complete request when the connection is idle.
void ScriptedServer::begin(Connection &connection)
{
    if (connection.running || connection.waitsForTurn)
        return;
    const qsizetype headEnd = connection.input.indexOf("\r\n\r\n");
    if (headEnd < 0)
        return;
    Arrival arrival{connection.number, connection.input.first(headEnd + 4), {}};
    const qsizetype length = arrival.field("Content-Length").toLongLong();
    if (connection.input.size() < headEnd + 4 + length)
        return;
    if (!m_exclusiveField.isEmpty()) {
        int &holder = m_turns[arrival.field(m_exclusiveField.constData())];
        if (holder != 0 && holder != connection.number) {
            connection.waitsForTurn = true;
            return;
        }
        holder = connection.number;
    }
    arrival.body = connection.input.sliced(headEnd + 4, length);
    connection.input.remove(0, headEnd + 4 + length);
    m_arrivals.append(arrival);
    if (Script made = m_responder ? m_responder(arrival) : Script(); !made.isEmpty()) {
        connection.script = std::move(made);
        connection.step = 0;
        connection.offset = 0;
        connection.running = true;
        run(connection);
        return;
    }
    const auto byText = std::find_if(m_byText.begin(), m_byText.end(), [&arrival](const auto &entry) {
        return arrival.body.contains(entry.first);
    });
    connection.script = byText == m_byText.end() ? m_default : byText->second;
    if (byText == m_byText.end() && !m_scripts.empty()) {
        connection.script = m_scripts.front();
        m_scripts.pop_front();
    }
    connection.step = 0;
    connection.offset = 0;
    connection.running = true;
    run(connection);
}

void ScriptedServer::run(Connection &connection)
{
    const int number = connection.number;
    while (connection.step < connection.script.size()) {
        const Step &step = connection.script.at(connection.step);
        switch (step.kind) {
            case Step::Kind::Write:
                send(connection, step.bytes);
                connection.socket->flush();
                break;
            case Step::Kind::WriteBytewise:
            case Step::Kind::Flood:
                pump(connection);
                return;
            case Step::Kind::Hold:
                connection.held = true;
                m_held.push_back(number);
                return;
            case Step::Kind::Tickets:
                connection.tls->sendTickets(step.count);
                send(connection, {});
                break;
            case Step::Kind::Close:
                if (connection.tls)
                    connection.tls->sendCloseNotify();
                send(connection, {});
                connection.socket->disconnectFromHost();
                return;
            case Step::Kind::Truncate:
                connection.socket->disconnectFromHost();
                return;
            case Step::Kind::Reset: {
                const linger now{1, 0};
                ::setsockopt(static_cast<int>(connection.socket->socketDescriptor()), SOL_SOCKET, SO_LINGER,
                             &now, sizeof now);
                connection.socket->abort();
                return;
            }
        }
        if (!m_connections.contains(number))
            return;
        ++connection.step;
    }
    connection.running = false;
    begin(connection);
}

/// Writes data. With TLS the data is encrypted, and pending handshake or ticket records are written too.
void ScriptedServer::send(Connection &connection, const QByteArray &bytes)
{
    if (!connection.tls) {
        connection.socket->write(bytes);
        return;
    }
    if (connection.tls->isReady())
        connection.tls->send(bytes);
    connection.socket->write(connection.tls->takeWire());
}

/// Continues a step that needs many writes. QTcpSocket::bytesWritten calls this function again.
void ScriptedServer::pump(Connection &connection)
{
    if (!connection.running || connection.held || connection.step >= connection.script.size())
        return;
    const Step &step = connection.script.at(connection.step);
    if (step.kind == Step::Kind::Flood) {
        if (connection.socket->bytesToWrite() < 256 * 1024)
            send(connection, step.bytes);
        return;
    }
    if (step.kind != Step::Kind::WriteBytewise || connection.socket->bytesToWrite() > 0)
        return;
    if (connection.offset < step.bytes.size()) {
        send(connection, step.bytes.sliced(connection.offset++, 1));
        return;
    }
    connection.offset = 0;
    ++connection.step;
    run(connection);
}

void ScriptedServer::gone(int number)
{
    const auto found = m_connections.find(number);
    if (found == m_connections.end())
        return;
    found->second->socket->deleteLater();
    m_connections.erase(found);
    std::erase(m_held, number);
    std::erase_if(m_turns, [number](const auto &turn) { return turn.second == number; });
    QList<int> waiting;
    for (auto &[other, connection] : m_connections) {
        if (connection->waitsForTurn)
            waiting << other;
    }
    for (const int other : waiting) {
        if (const auto next = m_connections.find(other); next != m_connections.end()) {
            next->second->waitsForTurn = false;
            begin(*next->second);
        }
    }
}

void ScriptedServer::releaseOne()
{
    if (m_held.empty())
        return;
    const int number = m_held.front();
    m_held.pop_front();
    Connection &connection = *m_connections.at(number);
    connection.held = false;
    ++connection.step;
    run(connection);
}

void ScriptedServer::releaseAll()
{
    for (std::size_t count = m_held.size(); count > 0; --count)
        releaseOne();
}

void ScriptedServer::closeAll()
{
    QList<QTcpSocket *> sockets;
    for (auto &[number, connection] : m_connections) {
        if (connection->tls) {
            connection->tls->sendCloseNotify();
            send(*connection, {});
            connection->socket->flush();
        }
        sockets << connection->socket;
    }
    for (QTcpSocket *socket : sockets)
        socket->disconnectFromHost();
}

}  // namespace holdline::test
