// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <optional>

#include <sys/types.h>

namespace holdline::bench {

/// User and system time of another process so far, all its threads, those that have ended included: the
/// process' CPU clock (clock_getcpuclockid(3)), which counts nanoseconds where /proc/PID/stat counts ticks of
/// 10 ms and /proc/PID/task forgets threads that end. Gives up when there is no such process.
std::chrono::nanoseconds processCpu(pid_t pid);

/// A number of /proc/PID/status in KiB, such as VmRSS. Nothing when it is not there.
std::optional<qint64> statusKib(const QByteArray &status, const QByteArray &name);

/// The value of the first line "name : value" of /proc/cpuinfo. Empty when there is none.
QByteArray cpuInfo(const QByteArray &text, const QByteArray &name);

}  // namespace holdline::bench
