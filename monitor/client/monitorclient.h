// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/linereader.h"
#include "monitor/data/updatesource.h"

#include <QHash>
#include <QLocalSocket>
#include <QTimer>

#include <variant>

namespace holdline::monitor {

/// Where the service's socket is looked for when nobody says where: $RUNTIME_DIRECTORY/holdline.sock, else
/// $XDG_RUNTIME_DIR/holdline.sock.
struct SocketPath
{
    QString path;   ///< empty when neither variable is set
    QString error;  ///< then what to do
};
SocketPath defaultSocketPath();

/// Why connecting to `path` failed, and what to do about it.
QString connectError(QLocalSocket::LocalSocketError error, const QString &path, const QString &systemText);

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

Q_SIGNALS:
    /// An update that was received(), and its line as it came, without its end: for recordings.
    void lineReceived(const holdline::monitor::Update &update, const QByteArray &line);

private:
    void connectNow();
    void fail(SourceStatus::State state, const QString &error);
    void setState(SourceStatus::State state);
    void onConnected();
    void readMore();
    void takeLine(const QByteArray &line);
    void takeHello(const Hello &hello);
    void takeUpdate(const Update &update, const QByteArray &line);
    void takeReply(const Reply &reply);
    bool sendCommand(const Command &command);
    void dropSocket();

    Limits m_limits;
    SourceStatus m_status;
    QString m_path;
    QLocalSocket *m_socket = nullptr;
    LineReader m_lines;
    QTimer m_more;  ///< what is left of the bytes that came
    QTimer m_hello;
    QTimer m_retry;
    bool m_hasHello = false;
    std::uint64_t m_seq = 0;
    bool m_hasGap = false;    ///< nothing is of use until a snapshot begins
    QByteArray m_gapCommand;  ///< by which one was asked for
    std::uint64_t m_commands = 0;
    QHash<QByteArray, Command::Verb> m_waiting;  ///< commands without an answer; false: our own
};

}  // namespace holdline::monitor
