// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline {

/// Returns how many bytes of memory this process may use: the machine's memory, or the smallest memory.max of
/// the process's control groups (cgroup v2), whichever is less. Reads files in /proc and /sys. Thread-safe.
std::int64_t machineMemory();

}  // namespace holdline
