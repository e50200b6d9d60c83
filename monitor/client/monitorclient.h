// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/linereader.h"
#include "monitor/client/socketpath.h"
#include "monitor/data/updatesource.h"

#include <QLocalSocket>
#include <QSet>
#include <QTimer>

namespace holdline::monitor {

/// Receives the updates of a running service over the service's local socket. Until close(), the client
/// connects again after each failure, with delays that grow from 0.5 s to 5 s.
///
/// Reads a limited number of bytes per turn of the event loop, so a flood of updates cannot block the window.
/// When updates arrive faster than the client reads, the socket's buffer fills and the service skips updates.
///
/// Thread: the window's. Does not block or throw; status() reports errors.
class MonitorClient : public UpdateSource
{
    Q_OBJECT

public:
    struct Limits
    {
        Milliseconds hello{5000};      ///< timeout for connecting and the service's first line
        Milliseconds firstDelay{500};  ///< delay before the second attempt; doubles with each attempt
        Milliseconds longestDelay{5000};
        qsizetype bytesPerTurn = 256 * 1024;  ///< bytes of lines handled in one event loop turn
    };

    explicit MonitorClient(QObject *parent = nullptr);
    MonitorClient(const Limits &limits, QObject *parent = nullptr);
    ~MonitorClient() override;

    /// Closes the present connection and connects to the socket at `path`. statusChanged() reports progress.
    void open(const QString &path);
    void close();
    /// Makes the next connection attempt now. Does nothing while connecting or connected.
    void retryNow();

    /// Sends a command, see UpdateSource::send(). When the connection ends, replied() is emitted with `ok`
    /// false for each unanswered command.
    QByteArray send(Command::Verb verb, const QByteArray &target = {}) override;
    /// Requests a new snapshot from the service. The snapshot arrives as updates. Returns false when not
    /// connected.
    bool requestSnapshot();
    /// Maximum number of unanswered commands. send() refuses further ones and returns an empty id.
    static constexpr int kMaxUnanswered = 1000;

Q_SIGNALS:
    /// Emitted after each received(), with the same update and the line that contained the update, without
    /// its newline. StreamRecorder uses it.
    void lineReceived(const holdline::monitor::Update &update, const QByteArray &line);

private:
    void connectNow();
    void readMore();
    void takeLine(const QByteArray &line);
    void takeUpdate(const Update &update, const QByteArray &line);
    void takeReply(const Reply &reply);
    /// Ends the connection or the connection attempt, and schedules the next attempt.
    void fail(const QString &error, SourceStatus::State state = SourceStatus::State::Disconnected);
    /// Closes the socket and returns the ids of unanswered commands. Pass the ids to replyUnanswered() only
    /// after the state is updated, because the slots of replied() may call this object.
    QSet<QByteArray> dropSocket();
    void replyUnanswered(const QSet<QByteArray> &commands);
    QByteArray write(Command::Verb verb, const QByteArray &target);
    void setState(SourceStatus::State state);

    const Limits m_limits;
    QLocalSocket *m_socket = nullptr;
    LineReader m_lines;
    QTimer m_more;   ///< continues reading in the next event loop turn
    QTimer m_hello;  ///< timeout for the Hello message
    QTimer m_retry;
    bool m_hasHello = false;
    std::uint64_t m_seq = 0;  ///< sequence number of the last update
    bool m_hasGap = true;     ///< an update was lost, so updates are ignored until a snapshot begins
    std::uint64_t m_commands = 0;
    QSet<QByteArray> m_unanswered;   ///< ids of commands from send()
    QSet<QByteArray> m_ownCommands;  ///< ids of commands from requestSnapshot()
};

}  // namespace holdline::monitor
