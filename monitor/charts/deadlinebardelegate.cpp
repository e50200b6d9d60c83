// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/deadlinebardelegate.h"

#include "monitor/charts/chartframe.h"
#include "monitor/data/recordtable.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>

namespace holdline::monitor {

namespace {

/// Distance between the cell's edge and the bar.
constexpr double kMargin = 3;

}  // namespace

void DeadlineBarDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                                const QModelIndex &index) const
{
    QStyleOptionViewItem cell(option);
    initStyleOption(&cell, index);
    const QString words = std::exchange(cell.text, QString());
    const QStyle *style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);

    const QVariant progress = index.data(RecordTable::ProgressRole);
    const bool selected = cell.state & QStyle::State_Selected;
    const Theme theme(cell.palette);
    painter->save();
    const QRectF room =
        QRectF(cell.rect).adjusted(kMargin + 0.5, kMargin + 0.5, -kMargin - 0.5, -kMargin - 0.5);
    if (progress.isValid() && room.width() > 4 && room.height() > 4) {
        const double used = std::max(progress.toDouble(), 0.0);
        const Ink ink = used >= 1 ? Ink::Bad : used > kWarnFrom ? Ink::Warn : Ink::Good;
        const QRectF track = room.adjusted(-0.5, -0.5, 0.5, 0.5);
        // Paint the track's background too, so that the bar looks the same in selected rows.
        painter->fillRect(track, theme.base());
        const QRectF bar(track.topLeft(), QSizeF(track.width() * std::min(used, 1.0), track.height()));
        painter->fillRect(bar, theme.tint(ink, 0.32));
        if (used >= 1)
            painter->fillRect(bar, QBrush(theme.tint(ink, 0.7), Qt::DiagCrossPattern));
        else if (used > kWarnFrom)
            painter->fillRect(bar, QBrush(theme.tint(ink, 0.7), Qt::BDiagPattern));
        painter->fillRect(QRectF(bar.left(), bar.bottom() - 2, bar.width(), 2), theme[ink]);
        painter->setPen(theme[Ink::Grid]);
        painter->drawRect(room);
    }
    const QFont font = tabularFont(cell.font);
    painter->setFont(font);
    const QColor text = progress.isValid()
                            ? theme[Ink::Text]
                            : cell.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
    const QString shown = QFontMetricsF(font).elidedText(words, Qt::ElideRight, room.width() - 8);
    const QRectF place = room.adjusted(4, 0, -4, 0);
    if (progress.toDouble() > kWarnFrom) {
        // Paint a patch below the text, so that the text is readable on the pattern.
        const double width = QFontMetricsF(font).horizontalAdvance(shown) + 6;
        QColor patch = theme.base();
        patch.setAlphaF(0.8F);
        painter->fillRect(QRectF(place.right() + 3 - width, place.top() + 1, width, place.height() - 3),
                          patch);
    }
    painter->setPen(text);
    painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, shown);
    painter->restore();
}

QSize DeadlineBarDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setWidth(std::max(size.width() + 12, 96));
    return size;
}

}  // namespace holdline::monitor
