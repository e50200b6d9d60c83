// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

#include <QTreeView>

class QLabel;
class QPushButton;
class QTimer;

namespace holdline::monitor {

/// The view of a RecordTable. It is a QTreeView without a tree, because QTreeView handles large changes
/// without touching each row. The header's context menu selects columns. The table is inactive while the view
/// is hidden.
class RecordView : public QTreeView
{
    Q_OBJECT

public:
    /// Takes ownership of `table`. Its present sorting becomes the default.
    RecordView(RecordTable *table, QWidget *parent = nullptr);

    RecordTable &table() const { return *m_table; }
    QByteArray currentId() const;
    /// Selects a row. Returns false when the row is not shown.
    bool select(const QByteArray &id);
    /// Table rows in ascending order.
    std::vector<int> selectedRows() const;
    /// Table columns from left to right.
    std::vector<int> shownColumns() const;

    /// Returns the order, visibility and width of the columns, and the sorting, in a form for
    /// restoreColumns().
    QByteArray saveColumns() const;
    /// Restores the defaults when `state` is invalid or has another number of columns.
    void restoreColumns(const QByteArray &state);

    /// Sets the text shown in a table without rows, and the text of a button below this text. An empty
    /// `action` means no button.
    void setEmptyText(const QString &text, const QString &action = {});
    /// Stops or continues the update of ages. It is stopped while the source is disconnected or the window is
    /// frozen.
    void setStopped(bool stopped);

Q_SIGNALS:
    /// Another row became current and is selected. When no row is current, `id` is empty.
    void currentIdChanged(const QByteArray &id);
    void emptyActionTriggered();

protected:
    void rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void tellCurrent();
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
    bool m_stopped = false;
    QByteArray m_lastId;
};

}  // namespace holdline::monitor
