// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// The halves of a character beyond 16 bits in JSON's \u escapes (RFC 8259, 7).
namespace holdline::json {

inline bool isHighSurrogate(std::uint32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

inline bool isLowSurrogate(std::uint32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace holdline::json
