// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace holdline::monitor {

/// Paints the used share of a job's time (ProgressRole, 0 to 1) as a bar with the cell's text on it. The bar
/// is hatched above 75 % and crossed after the deadline, so that users who cannot see the colour notice it
/// too.
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
