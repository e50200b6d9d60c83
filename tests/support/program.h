// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <chrono>

namespace holdline::test {

/// A program in a process and an empty working directory of its own; it is killed with this object. Its
/// environment does not configure holdline, and its store is in that directory. Output is read while the
/// test's loop runs.
class Program : public QObject
{
    Q_OBJECT

public:
    /// `command` is the executable and its arguments. The program starts at start(), so that the test can
    /// create files before.
    explicit Program(const QStringList &command, QObject *parent = nullptr);
    ~Program() override;

    void start();
    /// Waits for the end. Returns the exit code, or -1 when the program was killed, crashed or still runs.
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
    /// The first group of the pattern's first match in standard error; empty without a match.
    QByteArray logged(const QString &pattern) const;
    /// Call it before start(). The descriptor becomes standard error, and err() stays empty.
    void setStandardError(int descriptor);

    /// A value of /proc/<pid>/status in KiB, e.g. VmRSS; -1 when it does not exist.
    qint64 memoryKib(const QByteArray &name) const;
    /// The targets of the links in /proc/<pid>/fd: "socket:[1234]", "anon_inode:[eventpoll]".
    QStringList descriptors() const;
    /// User and system CPU time so far.
    std::chrono::milliseconds cpuTime() const;

private:
    QTemporaryDir m_directory;
    QProcess m_process;
    QProcessEnvironment m_environment;
    QStringList m_command;
    QByteArray m_out;
    QByteArray m_err;
};

/// holdline on ports that the system picks and the log reports. It has one thread unless the arguments say
/// otherwise.
class HoldlineProgram : public Program
{
    Q_OBJECT

public:
    /// `arguments` follow `--listen` and `--admin-listen`. `prefix` goes before the program, e.g. {"ip",
    /// "netns", "exec", "a"}.
    explicit HoldlineProgram(const QStringList &arguments, const QStringList &prefix = {},
                             const QString &host = QStringLiteral("127.0.0.1"));

    /// Starts the program. Returns false when it ends, or does not listen for a minute.
    bool startListening();
    quint16 port() const { return m_port; }
    quint16 adminPort() const { return m_adminPort; }

    /// The body of `GET <path>` on the admin listener.
    QByteArray admin(const QByteArray &path) const;
    /// The value of a metric; -1 when it does not exist. `name` includes the labels as in the line.
    double metric(const QByteArray &name) const;

private:
    quint16 m_port = 0;
    quint16 m_adminPort = 0;
};

}  // namespace holdline::test
