// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/linereader.h"
#include "monitor/client/socketpath.h"
#include "monitor/data/updatesource.h"

#include <QLocalSocket>
#include <QSet>
#include <QTimer>

namespace holdline::monitor {

/// The updates of a running service, over its local socket. Connects, and again whenever that fails or ends,
/// after 0.5 s at first and 5 s at most, until close(). What comes is read in pieces, so that a flood never
/// keeps the window from its user; when it cannot be read as fast as it comes, the socket fills, and the
/// service leaves updates out.
///
/// Thread: the window's. Nothing throws, nothing waits; what is wrong is in status().
class MonitorClient : public UpdateSource
{
    Q_OBJECT

public:
    struct Limits
    {
        Milliseconds hello{5000};      ///< from the connection to the service's first line
        Milliseconds firstDelay{500};  ///< before the second attempt; doubles with each one
        Milliseconds longestDelay{5000};
        qsizetype bytesPerTurn = 256 * 1024;  ///< of lines read before others may run
    };

    explicit MonitorClient(QObject *parent = nullptr);
    MonitorClient(const Limits &limits, QObject *parent = nullptr);
    ~MonitorClient() override;

    /// Leaves what it is connected to and begins anew; status() tells how it goes.
    void open(const QString &path);
    void close();
    /// Does not wait for the next attempt's time.
    void retryNow();

    SourceStatus status() const override { return m_status; }
    /// Commands that are not answered when the connection ends are answered with `ok` false.
    QByteArray send(Command::Verb verb, const QByteArray &target = {}) override;
    /// Asks the service to begin a snapshot, which comes among the updates; false when not connected.
    bool askSnapshot();
    /// Commands that may wait for their answers; more are not sent.
    static constexpr int kMaxUnanswered = 1000;

Q_SIGNALS:
    /// An update that was received(), and its line as it came, without its end: for recordings.
    void lineReceived(const holdline::monitor::Update &update, const QByteArray &line);

private:
    void connectNow();
    void readMore();
    void takeLine(const QByteArray &line);
    void takeUpdate(const Update &update, const QByteArray &line);
    void takeReply(const Reply &reply);
    /// Ends the connection or the attempt; the next one comes by itself.
    void fail(const QString &error, SourceStatus::State state = SourceStatus::State::Disconnected);
    /// Returns the commands that will not be answered any more: to be told once all else is settled.
    QSet<QByteArray> dropSocket();
    void tellUnanswered(const QSet<QByteArray> &commands);
    QByteArray write(Command::Verb verb, const QByteArray &target);
    void setStatus(const SourceStatus &status);
    void setState(SourceStatus::State state);

    const Limits m_limits;
    SourceStatus m_status;
    QLocalSocket *m_socket = nullptr;
    LineReader m_lines;
    QTimer m_more;   ///< reads on after the others
    QTimer m_hello;  ///< the service is to say hello before
    QTimer m_retry;
    bool m_hasHello = false;
    std::uint64_t m_seq = 0;  ///< of the last update
    bool m_hasGap = true;     ///< updates are of no use until a snapshot begins
    std::uint64_t m_commands = 0;
    QSet<QByteArray> m_unanswered;   ///< commands of send()
    QSet<QByteArray> m_ownCommands;  ///< those that ask for a snapshot
};

}  // namespace holdline::monitor
