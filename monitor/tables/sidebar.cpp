// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/sidebar.h"

#include "monitor/charts/icons.h"
#include "monitor/charts/theme.h"
#include "monitor/data/format.h"

#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

namespace holdline::monitor {

namespace {

enum Role { KeyRole = Qt::UserRole, CountRole };

constexpr int kGap = 12;

/// Paints an entry's text and, at the right, its count.
class EntryDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const qlonglong count = index.data(CountRole).toLongLong();
        QStyleOptionViewItem changed = option;
        const QString text = formatCount(count);
        QStyledItemDelegate::paint(painter, changed, index);
        painter->save();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const auto group =
            option.state.testFlag(QStyle::State_Active) ? QPalette::Active : QPalette::Inactive;
        QColor ink = option.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
        if (count == 0)
            ink.setAlphaF(0.55F);
        painter->setPen(ink);
        painter->setFont(tabularFont(option.font));
        painter->drawText(option.rect.adjusted(0, 0, -kGap / 2, 0), Qt::AlignRight | Qt::AlignVCenter, text);
        painter->restore();
    }

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const QFontMetrics metrics(tabularFont(option.font));
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        size.rwidth() += kGap + metrics.horizontalAdvance(formatCount(99'999));
        size.setHeight(std::max(size.height(), metrics.height() + 8));
        return size;
    }
};

}  // namespace

Sidebar::Sidebar(const QString &name, const std::vector<Entry> &entries, QWidget *parent)
    : QListView(parent), m_model(new QStandardItemModel(this))
{
    for (const Entry &entry : entries) {
        auto *item = new QStandardItem(entry.text);
        item->setEditable(false);
        item->setData(entry.key, KeyRole);
        item->setData(0, CountRole);
        if (!entry.icon.isEmpty())
            item->setIcon(icon(entry.icon));
        m_model->appendRow(item);
    }
    setModel(m_model);
    setItemDelegate(new EntryDelegate(this));
    setUniformItemSizes(true);
    setAccessibleName(name);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Expanding);
    setCurrentIndex(m_model->index(0, 0));
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this] { Q_EMIT entrySelected(current()); });
}

void Sidebar::setCount(const QString &key, qsizetype count)
{
    for (int row = 0; row < m_model->rowCount(); ++row) {
        QStandardItem *item = m_model->item(row);
        if (item->data(KeyRole).toString() == key && item->data(CountRole).toLongLong() != count) {
            item->setData(qlonglong(count), CountRole);
            item->setData(tr("%1: %2").arg(item->text(), formatCount(count)), Qt::AccessibleTextRole);
        }
    }
}

QString Sidebar::current() const
{
    return currentIndex().data(KeyRole).toString();
}

void Sidebar::setCurrent(const QString &key)
{
    int found = 0;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->item(row)->data(KeyRole).toString() == key)
            found = row;
    }
    setCurrentIndex(m_model->index(found, 0));
}

QSize Sidebar::sizeHint() const
{
    const int width = sizeHintForColumn(0) + 2 * frameWidth() + 4;
    return {width, QListView::sizeHint().height()};
}

}  // namespace holdline::monitor
