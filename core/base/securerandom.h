// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace holdline {

/// Fills `room` with bytes from getrandom(2), which are good enough for secrets. Each thread fetches some
/// thousand bytes at a time and forgets them once they are used, because QRandomGenerator::system() takes
/// microseconds per word. Thread-safe. A child after fork(2) must not call it: it would return the bytes
/// of its parent.
void fillSecurely(std::span<std::byte> room);

}  // namespace holdline
