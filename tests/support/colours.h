// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

#include <algorithm>
#include <cmath>

/// Colour distances, for tests of the monitor's fixed colours.
namespace holdline::test {

/// A colour in Ottosson's Oklab: equal steps of `lightness` (0 black to 1 white) look equal.
struct Oklab
{
    double lightness = 0;
    double a = 0;  ///< green to red
    double b = 0;  ///< blue to yellow
};

/// Converts one sRGB channel (0 to 1) to linear light (0 to 1).
inline double linearLight(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

inline Oklab toOklab(const QColor &colour)
{
    const double red = linearLight(colour.redF());
    const double green = linearLight(colour.greenF());
    const double blue = linearLight(colour.blueF());
    const double l = std::cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const double m = std::cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const double s = std::cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

/// Returns the contrast ratio of two opaque colours by WCAG 2, from 1 to 21.
inline double contrast(const QColor &one, const QColor &other)
{
    const auto luminance = [](const QColor &colour) {
        return 0.05 + 0.2126 * linearLight(colour.redF()) + 0.7152 * linearLight(colour.greenF()) +
               0.0722 * linearLight(colour.blueF());
    };
    const double a = luminance(one);
    const double b = luminance(other);
    return std::max(a, b) / std::min(a, b);
}

}  // namespace holdline::test
