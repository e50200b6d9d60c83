// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace holdline::monitor {

/// A colour as the eye orders them (Ottosson's Oklab): equal steps of `lightness` (0 black to 1 white) look
/// equal.
struct Oklab
{
    double lightness = 0;
    double a = 0;  ///< green to red
    double b = 0;  ///< blue to yellow
};

/// How much light one channel of a screen's colour (0 to 1) stands for, 0 to 1.
double linearLight(double channel);

/// The nearest colour a screen can show, each channel cut by itself.
QColor fromOklab(const Oklab &colour);
Oklab toOklab(const QColor &colour);

}  // namespace holdline::monitor
