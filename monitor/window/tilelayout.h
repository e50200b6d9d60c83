// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLayout>
#include <QList>

namespace holdline::monitor {

/// Arranges widgets of equal size in rows that fill the width. The largest minimum size hint applies to all
/// widgets, so changing texts do not move the widgets.
class TileLayout : public QLayout
{
    Q_OBJECT

public:
    explicit TileLayout(QWidget *parent = nullptr);
    ~TileLayout() override;

    /// The number of widgets in a row at this width.
    int columnsFor(int width) const;

    void addItem(QLayoutItem *item) override { m_items.append(item); }
    int count() const override { return static_cast<int>(m_items.size()); }
    QLayoutItem *itemAt(int index) const override { return m_items.value(index); }
    QLayoutItem *takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect &rectangle) override;

private:
    QSize tileSize() const;
    int rowsFor(int columns) const;

    QList<QLayoutItem *> m_items;
};

}  // namespace holdline::monitor
