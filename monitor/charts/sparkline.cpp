// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/sparkline.h"

#include "monitor/charts/series.h"
#include "monitor/charts/theme.h"

#include <QPainter>

#include <algorithm>

namespace holdline::monitor {

namespace {

constexpr double kDot = 2.5;
constexpr double kPad = kDot + 1;

}  // namespace

Sparkline::Sparkline(QWidget *parent) : QWidget(parent)
{
    // The tile shows the value as text, so the sparkline needs no mouse events and no accessible text.
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void Sparkline::setValues(std::vector<std::optional<double>> values, std::optional<double> limit)
{
    if (values.size() > kValues)
        values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(kValues));
    if (values == m_values && limit == m_limit)
        return;
    m_values = std::move(values);
    m_limit = limit;
    update();
}

void Sparkline::paintEvent(QPaintEvent * /*event*/)
{
    double highest = 0;
    for (const std::optional<double> &value : m_values)
        highest = std::max(highest, value.value_or(0));
    if (std::none_of(m_values.begin(), m_values.end(), [](const auto &value) { return value.has_value(); }))
        return;
    const double top = highest > 0 ? highest * 1.05 : 1;

    const Theme theme(palette());
    const QRectF plot = QRectF(rect()).adjusted(1, kPad, -kPad, -kPad);
    // The newest value is at the right edge. A few values use only a part of the width.
    const double step = plot.width() / static_cast<double>(kValues - 1);
    const auto x = [&](std::size_t i) {
        return plot.right() - static_cast<double>(m_values.size() - 1 - i) * step;
    };
    const auto y = [&](double value) { return plot.bottom() - value / top * plot.height(); };

    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_limit && *m_limit > 0 && *m_limit <= top) {
        painter.setPen(QPen(theme[Ink::Axis], 1, Qt::DotLine));
        painter.drawLine(QPointF(plot.left(), y(*m_limit)), QPointF(plot.right(), y(*m_limit)));
    }
    QPolygonF line;
    const auto paintLine = [&] {
        if (line.isEmpty())
            return;
        QPolygonF area = line;
        area.append(QPointF(line.last().x(), plot.bottom()));
        area.append(QPointF(line.first().x(), plot.bottom()));
        QColor faint = theme[Ink::Line];
        faint.setAlphaF(0.18F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(faint);
        painter.drawPolygon(area);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme[Ink::Line], 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        if (line.size() == 1)
            painter.drawPoint(line.first());
        else
            monitor::paintLine(painter, line);
        line.clear();
    };
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        if (m_values[i])
            line.append(QPointF(x(i), y(*m_values[i])));
        else
            paintLine();
    }
    paintLine();
    if (m_values.back()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme[Ink::Line]);
        painter.drawEllipse(QPointF(x(m_values.size() - 1), y(*m_values.back())), kDot, kDot);
    }
}

}  // namespace holdline::monitor
