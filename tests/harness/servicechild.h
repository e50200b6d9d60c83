// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include <csignal>

namespace holdline::harness {

/// How a process of the service is started.
struct ServiceCommand
{
    QString program;  ///< absolute path
    QStringList arguments;
    QProcessEnvironment environment;  ///< added to that of this process, without what configures holdline
    QString logFile;           ///< standard error is appended to this file; empty: ServiceChild::log() has it
    bool killsItself = false;  ///< the process may end itself by SIGKILL, at a crash point
};

/// A free port below the range of ephemeral ports, because an outgoing connection could take such a port
/// before a restart. Concurrent runs do not get the same port.
quint16 freePort();

/// One life of the real service, in a process of its own.
///
/// Construct, then start(). Emits ended() once. Destroying it kills the process. Lives in one thread.
class ServiceChild : public QObject
{
    Q_OBJECT

public:
    explicit ServiceChild(const ServiceCommand &command, QObject *parent = nullptr);
    ~ServiceChild() override;

    void start();
    void kill() { m_killed = sendSignal(SIGKILL) || m_killed; }
    /// Sends SIGTERM.
    void terminate() { sendSignal(SIGTERM); }
    /// Sends SIGHUP.
    void reload() { sendSignal(SIGHUP); }

    /// 0 when the process does not run.
    qint64 pid() const { return m_process.processId(); }
    /// True after our SIGKILL, or when the process killed itself as planned.
    bool wasKilled() const;
    /// A description of the end, for people.
    QString endText() const;
    int exitCode() const;
    const QByteArray &log() const { return m_log; }

Q_SIGNALS:
    void ended();

private:
    bool sendSignal(int signal);

    const bool m_killsItself;
    QTemporaryDir m_directory;
    QProcess m_process;
    QByteArray m_log;
    bool m_killed = false;
};

}  // namespace holdline::harness
