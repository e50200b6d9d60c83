// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace holdline {

/// Fills `room` with bytes of the system's generator (getrandom(2)), fit for secrets. They are fetched some
/// thousand at a time and forgotten once given out: asking the processor for each word, as
/// QRandomGenerator::system() does, takes microseconds. Thread-safe; not to be relied on in a child after
/// fork(2), which would give out the same bytes.
void fillSecurely(std::span<std::byte> room);

}  // namespace holdline
