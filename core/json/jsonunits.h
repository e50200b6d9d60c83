// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// Details of JSON strings and numbers that the scanner and the writers share.
namespace holdline::json {

inline bool isDigit(int c)
{
    return c >= '0' && c <= '9';
}

/// The value of a hex digit, or -1 for any other character.
inline int hexValue(int c)
{
    if (isDigit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

inline bool isHighSurrogate(std::uint32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

inline bool isLowSurrogate(std::uint32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace holdline::json
