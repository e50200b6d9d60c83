// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

#include <QTreeView>

class QLabel;
class QPushButton;
class QTimer;

namespace holdline::monitor {

/// A RecordTable on the screen: a tree view without a tree, because it takes many changes at once without
/// looking at every row. Columns are chosen from the head's menu. While it cannot be seen the table rests.
class RecordView : public QTreeView
{
    Q_OBJECT

public:
    /// Shows `table` and takes it over. How it is sorted now is the default.
    RecordView(RecordTable *table, QWidget *parent = nullptr);

    RecordTable &table() const { return *m_table; }
    QByteArray currentId() const;
    /// False when it is not shown.
    bool select(const QByteArray &id);
    /// Rows of the table, from the top.
    std::vector<int> selectedRows() const;
    /// Those shown, from left to right.
    std::vector<int> shownColumns() const;

    /// Columns, their widths and the sorting.
    QByteArray saveColumns() const;
    /// Anything but what saveColumns() gave, of the same columns, brings the default back.
    void restoreColumns(const QByteArray &state);

    /// What is said when there are no rows; `action` is a button's text, none when empty.
    void setEmptyText(const QString &text, const QString &action = {});
    /// Ages stand still: the source is gone, or the view is frozen.
    void setStill(bool still);

Q_SIGNALS:
    void currentIdChanged(const QByteArray &id);
    void emptyActionTriggered();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void showColumnMenu(const QPoint &at);
    void setDefaultColumns();
    void showEmptyText();
    void applyFont();

    RecordTable *m_table;
    QTimer *m_ticker;
    QWidget *m_empty;
    QLabel *m_emptyText;
    QPushButton *m_emptyAction;
    const int m_defaultSort;
    const Qt::SortOrder m_defaultOrder;
    bool m_still = false;
    QByteArray m_lastId;
};

}  // namespace holdline::monitor
