// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include <csignal>

namespace holdline::harness {

/// How a service process is started.
struct ServiceCommand
{
    QString program;  ///< absolute path
    QStringList arguments;
    QProcessEnvironment environment;  ///< added to this process's environment without holdline's variables
    QString logFile;  ///< standard error is appended to this file; empty: ServiceChild::log() contains it
    bool killsItself = false;  ///< the process may end itself with SIGKILL, at a crash point
};

/// Returns a free port below the range of ephemeral ports. An outgoing connection could use a port of that
/// range before the service is restarted. Concurrent runs do not get the same port.
quint16 freePort();

/// One process of the real service.
///
/// Construct it, then call start(). It emits ended() once. The destructor kills the process. Thread: one,
/// with an event loop.
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

    /// Returns the process id; 0 when the process does not run.
    qint64 pid() const { return m_process.processId(); }
    /// Returns true after kill(), or when the process killed itself at a crash point.
    bool wasKilled() const;
    /// Returns how the process ended, as text for people.
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
