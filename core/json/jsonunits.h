// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// Tests of UTF-16 code units. JSON writes a character above U+FFFF as two \u escapes, a high and a low
/// surrogate (RFC 8259, section 7).
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
