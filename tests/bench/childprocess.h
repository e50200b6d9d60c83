// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <chrono>
#include <optional>

#include <sys/types.h>

namespace holdline::bench {

using namespace std::chrono_literals;

/// Ends the bench with a word on standard error and exit code 1. A measurement that cannot be made has no
/// result, and its processes end with this one.
[[noreturn]] void giveUp(const QString &why);

/// How a process ended.
struct Ended
{
    int exitCode = -1;                ///< -1 when a signal ended it
    std::chrono::nanoseconds cpu{0};  ///< user and system, all its threads, from the system's account
};

/// A program in a process and an empty working directory of its own, so that no `.env` is read; its
/// environment has nothing that configures holdline, whose store is in that directory. Output goes to files,
/// which costs the same whoever reads it. It is killed with this object, and with the bench, however that
/// ends.
class ChildProcess
{
public:
    /// Starts it; gives up when there is no such program.
    explicit ChildProcess(const QStringList &command);
    ~ChildProcess();
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    pid_t pid() const { return m_pid; }
    /// User and system time so far, all threads, those that have ended included.
    std::chrono::nanoseconds cpu() const;
    /// Bytes of memory it has in RAM.
    qint64 residentBytes() const;
    QByteArray out() const;
    QByteArray err() const;

    void send(int signal) const;
    /// Nothing when it has not ended by then.
    std::optional<Ended> waitForEnd(std::chrono::milliseconds patience);

private:
    QTemporaryDir m_directory;
    pid_t m_pid = -1;
    int m_pidfd = -1;
    std::optional<Ended> m_ended;
};

}  // namespace holdline::bench
