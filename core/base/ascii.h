// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// True for 0 to 9 in ASCII.
constexpr bool isDigit(int c)
{
    return c >= '0' && c <= '9';
}

/// The value of a hexadecimal digit in ASCII; -1 for any other character.
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
