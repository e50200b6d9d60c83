// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace holdline::monitor {

/// Paints how much of its time a job has used (ProgressRole, 0 to 1 and above) as a bar with the cell's text
/// on it. Above 75 % the bar is hatched, past the deadline crossed, so that it is not the colour alone.
class DeadlineBarDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    static constexpr double kWarnFrom = 0.75;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

}  // namespace holdline::monitor
