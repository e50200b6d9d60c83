// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorcodec.h"
#include "tests/support/watchedstate.h"

#include <QLocalSocket>

namespace holdline::test {

/// A client of the service's monitor socket, on a QLocalSocket like a real monitor.
class Watcher : public QObject
{
    Q_OBJECT

public:
    explicit Watcher(const QString &path)
    {
        connect(&m_socket, &QLocalSocket::readyRead, this, &Watcher::read);
        m_socket.connectToServer(path);
    }

    bool isConnected() const { return m_socket.state() == QLocalSocket::ConnectedState; }
    /// Returns the first error of decoding or of the protocol; empty when there was none.
    const QString &problem() const { return m_problem.isEmpty() ? state.problem : m_problem; }
    void send(const QByteArray &line)
    {
        m_socket.write(line);
        m_socket.flush();
    }
    void send(const monitor::Command &command) { send(monitor::encode(command)); }
    void close() { m_socket.abort(); }

    /// Stops reading, like a client that hangs.
    void stopReading()
    {
        m_reads = false;
        m_socket.setReadBufferSize(1);
    }
    void readOn()
    {
        m_reads = true;
        m_socket.setReadBufferSize(0);
        read();
    }

    const monitor::Reply *replyTo(const QByteArray &id) const
    {
        for (const monitor::Reply &reply : replies) {
            if (reply.id == id)
                return &reply;
        }
        return nullptr;
    }

    std::optional<monitor::Hello> hello;
    WatchedState state;
    std::vector<monitor::Reply> replies;
    qsizetype longestLine = 0;

private:
    void read()
    {
        if (!m_reads)
            return;
        m_input += m_socket.readAll();
        qsizetype from = 0;
        for (qsizetype end = m_input.indexOf('\n'); end >= 0; end = m_input.indexOf('\n', from)) {
            take(QByteArrayView(m_input).sliced(from, end - from));
            from = end + 1;
        }
        m_input.remove(0, from);
    }

    void take(QByteArrayView line)
    {
        longestLine = std::max(longestLine, line.size() + 1);
        const auto decoded = monitor::decode(line);
        if (const auto *error = std::get_if<QString>(&decoded)) {
            if (m_problem.isEmpty())
                m_problem = *error + QStringLiteral(": ") +
                            QString::fromUtf8(line.first(std::min<qsizetype>(line.size(), 200)));
            return;
        }
        const auto &message = std::get<monitor::Message>(decoded);
        if (const auto *greeting = std::get_if<monitor::Hello>(&message))
            hello = *greeting;
        else if (const auto *reply = std::get_if<monitor::Reply>(&message))
            replies.push_back(*reply);
        else
            state.apply(std::get<monitor::Update>(message));
    }

    QLocalSocket m_socket;
    QByteArray m_input;
    QString m_problem;
    bool m_reads = true;
};

}  // namespace holdline::test
