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

/// Writes `why` to standard error and ends the bench with exit code 1. A failed measurement has no result.
/// The child processes end with the bench.
[[noreturn]] void giveUp(const QString &why);

/// How a process ended.
struct Ended
{
    int exitCode = -1;                ///< -1 when a signal ended it
    std::chrono::nanoseconds cpu{0};  ///< user and system CPU time of all threads, as the kernel counts it
};

/// A program in a process and an empty working directory of its own, so that it reads no `.env`. Its
/// environment does not configure holdline. The store is in that directory. Output goes to files, so that its
/// cost does not depend on a reader. The process is killed when this object is destroyed or the bench ends.
class ChildProcess
{
public:
    /// Starts the program. Ends the bench when it does not exist.
    explicit ChildProcess(const QStringList &command);
    ~ChildProcess();
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    pid_t pid() const { return m_pid; }
    /// User and system time so far, of all threads including those that have ended.
    std::chrono::nanoseconds cpu() const;
    /// Resident memory in bytes.
    qint64 residentBytes() const;
    QByteArray out() const;
    QByteArray err() const;

    void send(int signal) const;
    /// The result of the process, or nullopt when it still runs after `patience`.
    std::optional<Ended> waitForEnd(std::chrono::milliseconds patience);

private:
    QTemporaryDir m_directory;
    pid_t m_pid = -1;
    int m_pidfd = -1;
    std::optional<Ended> m_ended;
};

}  // namespace holdline::bench
