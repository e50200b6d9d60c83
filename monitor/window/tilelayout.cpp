// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/tilelayout.h"

#include <QWidget>

#include <algorithm>

namespace holdline::monitor {

namespace {

constexpr int kGap = 6;

}  // namespace

TileLayout::TileLayout(QWidget *parent) : QLayout(parent)
{
    setContentsMargins(kGap, kGap, kGap, kGap);
    setSpacing(kGap);
}

TileLayout::~TileLayout()
{
    qDeleteAll(m_items);
}

QLayoutItem *TileLayout::takeAt(int index)
{
    return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
}

QSize TileLayout::tileSize() const
{
    QSize size;
    for (const QLayoutItem *item : m_items)
        size = size.expandedTo(item->minimumSize());
    return size;
}

int TileLayout::columnsFor(int width) const
{
    const QMargins margins = contentsMargins();
    const int room = width - margins.left() - margins.right() + spacing();
    const int most = std::clamp(room / std::max(tileSize().width() + spacing(), 1), 1, std::max(count(), 1));
    // Balance the rows: for example two rows of five widgets, not six and four.
    return (count() + rowsFor(most) - 1) / std::max(rowsFor(most), 1);
}

int TileLayout::rowsFor(int columns) const
{
    return (count() + columns - 1) / std::max(columns, 1);
}

int TileLayout::heightForWidth(int width) const
{
    const int rows = rowsFor(std::max(columnsFor(width), 1));
    const QMargins margins = contentsMargins();
    return rows * (tileSize().height() + spacing()) - spacing() + margins.top() + margins.bottom();
}

QSize TileLayout::sizeHint() const
{
    const int width = 5 * (tileSize().width() + spacing());
    return {width, heightForWidth(width)};
}

QSize TileLayout::minimumSize() const
{
    const QMargins margins = contentsMargins();
    return tileSize().grownBy(margins);
}

void TileLayout::setGeometry(const QRect &rectangle)
{
    QLayout::setGeometry(rectangle);
    const QRect inside = rectangle.marginsRemoved(contentsMargins());
    const int columns = std::max(columnsFor(rectangle.width()), 1);
    const int height = tileSize().height();
    for (int i = 0; i < count(); ++i) {
        const int column = i % columns;
        // Compute edges from the whole width, so that rounding leaves no gap at the end of a row.
        const int left = inside.left() + column * (inside.width() + spacing()) / columns;
        const int right = inside.left() + (column + 1) * (inside.width() + spacing()) / columns - spacing();
        const int top = inside.top() + i / columns * (height + spacing());
        m_items[i]->setGeometry(QRect(left, top, right - left, height));
    }
}

}  // namespace holdline::monitor
