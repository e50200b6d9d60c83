// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/statedelegate.h"

#include "monitor/charts/icons.h"
#include "monitor/data/recordtable.h"

namespace holdline::monitor {

void StateDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const QVariant row = index.data(RecordTable::RowRole);
    if (const JobPtr job = row.value<JobPtr>()) {
        option->icon = icon(*job);
    } else if (const DeadLetterPtr deadLetter = row.value<DeadLetterPtr>()) {
        option->icon = icon(*deadLetter);
    } else if (const CallbackPtr callback = row.value<CallbackPtr>()) {
        option->icon = icon(callback->outcome);
    } else if (const QVariant state = index.data(RecordTable::StateRole); state.isValid()) {
        option->icon = icon(static_cast<RowState>(state.toInt()));
    } else {
        return;
    }
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = QSize(16, 16);
}

}  // namespace holdline::monitor
