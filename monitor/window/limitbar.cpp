// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/limitbar.h"

#include "monitor/charts/theme.h"

#include <QPainter>

#include <algorithm>

namespace holdline::monitor {

namespace {

constexpr int kLeast = 2;  ///< minimum width of the bar in pixels for a value above 0
constexpr double kTrough = 0.12;

}  // namespace

LimitBar::LimitBar(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Use of the limit"));
}

void LimitBar::setValues(int current, int peak, int limit)
{
    if (current == m_current && peak == m_peak && limit == m_limit)
        return;
    m_current = current;
    m_peak = peak;
    m_limit = limit;
    update();
}

void LimitBar::paintEvent(QPaintEvent *)
{
    const Theme theme(palette());
    QPainter painter(this);
    const QRectF whole(rect());
    painter.fillRect(whole, theme.tint(Ink::Text, kTrough));
    if (m_limit <= 0)
        return;
    const auto upTo = [&](int value) {
        const double share = std::clamp(static_cast<double>(value) / m_limit, 0.0, 1.0);
        return value > 0 ? std::max(share * whole.width(), static_cast<double>(kLeast)) : 0.0;
    };
    const bool isHigh = m_current >= kWarnFrom * m_limit;
    const QRectF bar(0, 0, upTo(m_current), whole.height());
    painter.fillRect(bar, theme[isHigh ? Ink::Warn : Ink::Line]);
    if (isHigh)
        painter.fillRect(bar, QBrush(theme.base(), Qt::BDiagPattern));
    if (m_peak > m_current)
        painter.fillRect(QRectF(upTo(m_peak) - kLeast, 0, kLeast, whole.height()), theme[Ink::Text]);
}

}  // namespace holdline::monitor
