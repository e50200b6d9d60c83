// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline::test {

/// The header of a record in a note of unsyncedwrites.cpp. After it come `size` bytes: the bytes at `offset`
/// before the write. The records are in the order of the writes.
struct UnsyncedRecord
{
    std::int64_t offset = 0;
    std::int64_t size = 0;
    std::int64_t fileSize = 0;  ///< size of the file before the write, in bytes
};

}  // namespace holdline::test
