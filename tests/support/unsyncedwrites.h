// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline::test {

/// The head of a record in a note of unsyncedwrites.cpp. `size` bytes follow: those that stood at `offset`
/// before a write. The records stand in the order of the writes.
struct UnsyncedRecord
{
    std::int64_t offset = 0;
    std::int64_t size = 0;
    std::int64_t fileSize = 0;  ///< before the write
};

}  // namespace holdline::test
