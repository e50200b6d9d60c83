// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/scale.h"

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

Scale::Scale(Kind kind, double low, double high, double lowPixel, double highPixel)
    : m_kind(kind), m_low(low), m_high(high), m_lowPixel(lowPixel), m_highPixel(highPixel)
{
    if (m_kind == Kind::Log)
        m_low = std::max(m_low, 1e-9);
    if (!(m_high > m_low))
        m_high = m_kind == Kind::Log ? m_low * 10 : m_low + 1;
    m_unitLow = unit(m_low);
    m_unitSpan = unit(m_high) - m_unitLow;
}

double Scale::unit(double value) const
{
    // Values of 0 and below have no logarithm. Map them to a value far below the axis.
    return m_kind == Kind::Linear ? value : std::log(std::max(value, m_low * 1e-6));
}

double Scale::pixel(double value) const
{
    return m_lowPixel + (m_highPixel - m_lowPixel) * (unit(value) - m_unitLow) / m_unitSpan;
}

double Scale::value(double pixel) const
{
    const double length = m_highPixel - m_lowPixel;
    const double share = length == 0 ? 0 : (pixel - m_lowPixel) / length;
    const double mapped = m_unitLow + share * m_unitSpan;
    return m_kind == Kind::Linear ? mapped : std::exp(mapped);
}

}  // namespace holdline::monitor
