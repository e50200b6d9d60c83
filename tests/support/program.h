// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <chrono>

namespace holdline::test {

/// Runs a program in a child process with an empty working directory. The destructor ends the program. The
/// program's environment has no settings for holdline, and its store is in the working directory. Output is
/// read while the event loop runs.
class Program : public QObject
{
    Q_OBJECT

public:
    /// `command` is the executable and its arguments. The process is started by start(), so the test can
    /// create files before.
    explicit Program(const QStringList &command, QObject *parent = nullptr);
    ~Program() override;

    void start();
    /// Starts the program and waits until it exits. Returns the exit code, or -1 when the program was killed,
    /// crashed or still runs.
    int run();
    bool waitForEnd();

    void setEnvironment(const QString &name, const QString &value);
    /// Writes a file into the working directory.
    void writeFile(const QString &name, const QByteArray &text);

    qint64 pid() const { return m_process.processId(); }
    void send(int signal) const;
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    bool hasEnded() const { return m_process.state() == QProcess::NotRunning; }
    int exitCode() const;
    const QByteArray &out() const { return m_out; }
    const QByteArray &err() const { return m_err; }
    /// Returns the first group of the pattern's first match in standard error; empty without a match.
    QByteArray logged(const QString &pattern) const;
    /// Makes the descriptor the program's standard error, so err() stays empty. Call this before start().
    void setStandardError(int descriptor);

    /// Returns a value of /proc/<pid>/status in KiB, e.g. VmRSS; -1 when there is no such value.
    qint64 memoryKib(const QByteArray &name) const;
    /// Returns the targets of the links in /proc/<pid>/fd: "socket:[1234]", "anon_inode:[eventpoll]".
    QStringList descriptors() const;
    /// Returns the user and system CPU time that the program has used so far.
    std::chrono::milliseconds cpuTime() const;

private:
    QTemporaryDir m_directory;
    QProcess m_process;
    QProcessEnvironment m_environment;
    QStringList m_command;
    QByteArray m_out;
    QByteArray m_err;
};

/// holdline on ports that the system picks. The ports are read from the log. holdline has one thread unless
/// the arguments or HOLDLINE_TEST_THREADS say otherwise.
class HoldlineProgram : public Program
{
    Q_OBJECT

public:
    /// `arguments` come after `--listen` and `--admin-listen`. `prefix` goes before the program, e.g. {"ip",
    /// "netns", "exec", "a"}.
    explicit HoldlineProgram(const QStringList &arguments, const QStringList &prefix = {},
                             const QString &host = QStringLiteral("127.0.0.1"));

    /// Starts the program and waits until it listens. Returns false when it exits or does not listen within a
    /// minute.
    bool startListening();
    quint16 port() const { return m_port; }
    quint16 adminPort() const { return m_adminPort; }

    /// Returns the body of `GET <path>` on the admin listener.
    QByteArray admin(const QByteArray &path) const;
    /// Returns the value of a metric, or -1 when the metric does not exist. `name` includes the labels as in
    /// the text.
    double metric(const QByteArray &name) const;

private:
    quint16 m_port = 0;
    quint16 m_adminPort = 0;
};

}  // namespace holdline::test
