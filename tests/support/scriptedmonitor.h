// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorcodec.h"

#include <QLocalServer>
#include <QLocalSocket>
#include <QTemporaryDir>

#include <memory>
#include <vector>

namespace holdline::test {

/// A fake of the service's monitor socket, for tests of monitors. It sends the lines that the test provides.
/// It runs in the test's thread and event loop, and never blocks or sleeps.
class ScriptedMonitor : public QObject
{
public:
    ScriptedMonitor()
    {
        connect(&m_server, &QLocalServer::newConnection, this, [this] {
            socket = m_server.nextPendingConnection();
            ++connections;
            m_seq = 0;
            m_received.clear();
            connect(socket, &QLocalSocket::readyRead, this, &ScriptedMonitor::read);
            if (!greeting.isEmpty())
                write(greeting);
        });
    }

    QString path() const { return m_directory.filePath(QStringLiteral("s.sock")); }
    bool listen() { return m_server.listen(path()); }
    /// Closes the socket like a killed service. With `leavesFile` the socket's file stays.
    void die(bool leavesFile = false)
    {
        if (leavesFile) {
            // The file is renamed for the time of close(), because close() removes the file at the server's
            // path.
            const QString other = m_directory.filePath(QStringLiteral("o.sock"));
            std::rename(path().toLocal8Bit().constData(), other.toLocal8Bit().constData());
            m_server.close();
            std::rename(other.toLocal8Bit().constData(), path().toLocal8Bit().constData());
        } else {
            m_server.close();
        }
        if (socket)
            socket->abort();
        socket = nullptr;
    }

    void write(const QByteArray &bytes)
    {
        socket->write(bytes);
        socket->flush();
    }
    static QByteArray hello(int protocol = monitor::kProtocolVersion)
    {
        return monitor::encode(monitor::Hello{protocol, "1.2.3", 42});
    }
    /// Sends the update with the next sequence number.
    void send(monitor::Update update)
    {
        update.seq = ++m_seq;
        write(monitor::encode(update));
    }
    /// Sends a complete snapshot of these jobs in one part.
    void sendSnapshot(monitor::SnapshotReason reason, const std::vector<QByteArray> &ids = {})
    {
        send(snapshotPart(1, true, reason, ids));
    }
    static monitor::Update snapshotPart(int part, bool last, monitor::SnapshotReason reason,
                                        const std::vector<QByteArray> &ids = {})
    {
        monitor::Update update = delta(ids);
        update.kind = monitor::Update::Kind::Snapshot;
        update.part = part;
        update.last = last;
        update.reason = reason;
        return update;
    }
    static monitor::Update delta(const std::vector<QByteArray> &ids = {})
    {
        monitor::Update update;
        update.at = WallTime(std::chrono::seconds(1'700'000'000));
        for (const QByteArray &id : ids) {
            monitor::JobRow row;
            row.id = id;
            row.created = update.at;
            row.deadline = update.at + std::chrono::seconds(30);
            update.jobs.push_back(row);
        }
        return update;
    }
    /// Skips `count` sequence numbers.
    void skip(std::uint64_t count) { m_seq += count; }

    QByteArray greeting = hello();
    int connections = 0;
    QLocalSocket *socket = nullptr;  ///< the newest connection
    std::vector<monitor::Command> commands;
    std::vector<QString> errors;  ///< errors of received lines that were not commands

private:
    void read()
    {
        m_received += socket->readAll();
        for (qsizetype end = m_received.indexOf('\n'); end >= 0; end = m_received.indexOf('\n')) {
            const auto command = monitor::decodeCommand(QByteArrayView(m_received).first(end));
            if (const auto *error = std::get_if<QString>(&command))
                errors.push_back(*error);
            else
                commands.push_back(std::get<monitor::Command>(command));
            m_received.remove(0, end + 1);
        }
    }

    QTemporaryDir m_directory;
    QLocalServer m_server;
    QByteArray m_received;
    std::uint64_t m_seq = 0;
};

}  // namespace holdline::test
