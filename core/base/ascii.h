// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Returns whether `c` is an ASCII digit, 0 to 9.
constexpr bool isDigit(int c)
{
    return c >= '0' && c <= '9';
}

/// Returns the value, 0 to 15, of an ASCII hexadecimal digit; -1 for any other character.
constexpr int hexValue(int c)
{
    if (isDigit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

}  // namespace holdline
