// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline::monitor {

/// Maps values to pixels and back, on a linear or logarithmic scale. Values outside the range map to pixels
/// outside the axis. A value type.
class Scale
{
public:
    enum class Kind { Linear, Log };

    /// Expects low < high, and low > 0 for Log. Corrects other values, so that no later division is by zero.
    /// lowPixel may be greater than highPixel, as on an axis that points up.
    Scale(Kind kind, double low, double high, double lowPixel, double highPixel);

    double low() const { return m_low; }
    double high() const { return m_high; }

    double pixel(double value) const;
    double value(double pixel) const;

private:
    double unit(double value) const;

    Kind m_kind;
    double m_low;
    double m_high;
    double m_lowPixel;
    double m_highPixel;
    double m_unitLow = 0;  ///< m_low, or the logarithm of m_low for Log
    double m_unitSpan = 1;
};

}  // namespace holdline::monitor
