// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline::monitor {

/// Maps values to pixels and back, evenly or by their logarithm. A value outside of the range lands outside
/// of the pixels. Pure.
class Scale
{
public:
    enum class Kind { Linear, Log };

    /// low < high, and low > 0 for Log; what is not so is mended: the scale never divides by nothing. Pixels
    /// may run backwards, as on axes that point up.
    Scale(Kind kind, double low, double high, double lowPixel, double highPixel);

    Kind kind() const { return m_kind; }
    double low() const { return m_low; }
    double high() const { return m_high; }
    double lowPixel() const { return m_lowPixel; }
    double highPixel() const { return m_highPixel; }

    double pixel(double value) const;
    double value(double pixel) const;

private:
    double unit(double value) const;

    Kind m_kind;
    double m_low;
    double m_high;
    double m_lowPixel;
    double m_highPixel;
    double m_unitLow = 0;  ///< the ends as they are mapped: logarithms for Log
    double m_unitSpan = 1;
};

}  // namespace holdline::monitor
