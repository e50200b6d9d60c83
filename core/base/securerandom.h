// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace holdline {

/// Fills `room` with random bytes from getrandom(2), which are good enough for secrets. Ends the process when
/// the system has none. Each thread has a buffer of 4,096 bytes, because a system call per value would take
/// microseconds. Used bytes are overwritten with zeros. Thread-safe. A child process must not call this
/// function after fork(2): its copy of the buffer would return the same bytes as its parent's.
void fillSecurely(std::span<std::byte> room);

}  // namespace holdline
