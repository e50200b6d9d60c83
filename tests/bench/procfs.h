// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <optional>

#include <sys/types.h>

namespace holdline::bench {

/// Returns the user and system CPU time of another process so far, of all its threads including those that
/// have ended. Reads the process's CPU clock (clock_getcpuclockid(3)), which counts nanoseconds.
/// /proc/PID/stat counts only in ticks of 10 ms, and /proc/PID/task omits threads that have ended. Ends the
/// benchmark when the process does not exist.
std::chrono::nanoseconds processCpu(pid_t pid);

/// Returns a value of /proc/PID/status in KiB, such as VmRSS; nullopt when it is missing.
std::optional<qint64> statusKib(const QByteArray &status, const QByteArray &name);

/// Returns the value of the first line "name : value" of /proc/cpuinfo; empty when it is missing.
QByteArray cpuInfo(const QByteArray &text, const QByteArray &name);

}  // namespace holdline::bench
