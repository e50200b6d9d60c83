// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline {

/// The bytes of memory that this process may use: those of the machine, or the smallest memory.max of its
/// control groups (cgroup v2), whichever is less. Reads files of the kernel. Thread-safe.
std::int64_t machineMemory();

}  // namespace holdline
