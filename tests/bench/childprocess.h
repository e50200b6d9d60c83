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

/// Writes `why` to standard error and ends this program with exit code 1, because a failed measurement has no
/// result. The child processes are killed too.
[[noreturn]] void giveUp(const QString &why);

/// How a process ended.
struct Ended
{
    int exitCode = -1;                ///< exit code; -1 when a signal ended the process
    std::chrono::nanoseconds cpu{0};  ///< user and system CPU time of all threads, as the kernel counts it
};

/// A program in a child process. Its working directory is new and empty, so it reads no `.env` and its store
/// is there. Its environment has no settings for holdline. Output is written to files, so that its cost does
/// not depend on a reader. The process is killed when this object is destroyed or this program ends.
class ChildProcess
{
public:
    /// Starts the program. Ends the benchmark when the program does not exist.
    explicit ChildProcess(const QStringList &command);
    ~ChildProcess();
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    pid_t pid() const { return m_pid; }
    /// Returns the user and system CPU time so far, of all threads including those that have ended.
    std::chrono::nanoseconds cpu() const;
    /// Returns the resident memory in bytes.
    qint64 residentBytes() const;
    QByteArray out() const;
    QByteArray err() const;

    void send(int signal) const;
    /// Waits for the end of the process. Returns how it ended, or nullopt when it still runs after
    /// `patience`.
    std::optional<Ended> waitForEnd(std::chrono::milliseconds patience);

private:
    QTemporaryDir m_directory;
    pid_t m_pid = -1;
    int m_pidfd = -1;
    std::optional<Ended> m_ended;
};

}  // namespace holdline::bench
