// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <optional>

#include <sys/types.h>

namespace holdline::bench {

/// User and system time of another process so far, of all its threads including those that have ended. Reads
/// the process's CPU clock (clock_getcpuclockid(3)). That clock counts nanoseconds; /proc/PID/stat counts 10
/// ms ticks, and /proc/PID/task loses threads that ended. Ends the bench when the process does not exist.
std::chrono::nanoseconds processCpu(pid_t pid);

/// A value of /proc/PID/status in KiB, such as VmRSS, or nullopt when it is missing.
std::optional<qint64> statusKib(const QByteArray &status, const QByteArray &name);

/// The value of the first line "name : value" of /proc/cpuinfo, or empty.
QByteArray cpuInfo(const QByteArray &text, const QByteArray &name);

}  // namespace holdline::bench
