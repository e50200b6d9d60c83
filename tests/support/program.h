// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <chrono>

namespace holdline::test {

/// A program as it really runs, in a process and an empty working directory of its own; it is killed with
/// this object. Its environment has nothing that configures holdline, and its store is in
/// that directory. Output is read while the test's loop
/// runs.
class Program : public QObject
{
    Q_OBJECT

public:
    /// `command`: the executable and its arguments. Starts with start(), so that files can be put down
    /// before.
    explicit Program(const QStringList &command, QObject *parent = nullptr);
    ~Program() override;

    void start();
    /// Waits for its end. The exit code; -1 when it was killed, crashed or does not end.
    int run();
    bool waitForEnd();

    void setEnvironment(const QString &name, const QString &value);
    /// Writes a file into the working directory.
    void writeFile(const QString &name, const QByteArray &text);

    qint64 pid() const { return m_process.processId(); }
    void send(int signal) const;
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    int exitCode() const;
    const QByteArray &out() const { return m_out; }
    const QByteArray &err() const { return m_err; }
    /// The first group of the first match in what it wrote to standard error; empty without one.
    QByteArray logged(const QString &pattern) const;
    /// Before start(): a descriptor to be its standard error, err() stays empty.
    void setStandardError(int descriptor);

    /// A number of /proc/<pid>/status in KiB, e.g. VmRSS; -1 when there is none.
    qint64 memoryKib(const QByteArray &name) const;
    /// What its descriptors are, as /proc/<pid>/fd tells: "socket:[1234]", "anon_inode:[eventpoll]".
    QStringList descriptors() const;
    /// Time on a processor so far, user and system.
    std::chrono::milliseconds cpuTime() const;

private:
    QTemporaryDir m_directory;
    QProcess m_process;
    QProcessEnvironment m_environment;
    QStringList m_command;
    QByteArray m_out;
    QByteArray m_err;
};

/// holdline on ports the system picks, which are read from its log; with one thread unless the arguments say
/// otherwise.
class HoldlineProgram : public Program
{
    Q_OBJECT

public:
    /// `arguments` come after `--listen` and `--admin-listen`. `prefix` is put before the program, e.g.
    /// {"ip", "netns", "exec", "a"}.
    explicit HoldlineProgram(const QStringList &arguments, const QStringList &prefix = {},
                             const QString &host = QStringLiteral("127.0.0.1"));

    /// Starts it; false when it does not listen.
    bool startListening();
    quint16 port() const { return m_port; }
    quint16 adminPort() const { return m_adminPort; }

    /// The body of `GET <path>` on the admin listener.
    QByteArray admin(const QByteArray &path) const;
    /// The value of a metric, labels and all as they stand in the line; -1 when there is none.
    double metric(const QByteArray &name) const;

private:
    quint16 m_port = 0;
    quint16 m_adminPort = 0;
};

}  // namespace holdline::test
