// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/timeselection.h"
#include "monitor/tables/recordview.h"
#include "monitor/tables/rowexport.h"
#include "monitor/tables/sidebar.h"

#include <QHash>
#include <QWidget>

#include <functional>

class QAction;
class QMenu;
class QSettings;
class QTimer;

namespace holdline::monitor {

class FilterBar;

/// Base of the panels: a table with a sidebar, a filter, a count of rows, a text for an empty table, and
/// actions to copy and export. Each entry of the sidebar has its own columns and sorting.
///
/// QWidget::actions() contains the actions with their shortcuts. LiveData and TimeSelection must outlive the
/// panel. Thread: the window's.
class RecordPanel : public QWidget
{
    Q_OBJECT

public:
    QByteArray currentId() const { return m_view->currentId(); }
    /// The ids of the selected rows, from top to bottom.
    QList<QByteArray> selectedIds() const;
    /// Selects a row. Does nothing when the row is not shown.
    void select(const QByteArray &id) { m_view->select(id); }

    void focusFilter();

    void save(QSettings &settings) const;
    void restore(QSettings &settings);

    /// Stops or continues the update of ages. It is stopped while the source is disconnected or the window is
    /// frozen.
    void setStopped(bool stopped) { m_view->setStopped(stopped); }
    /// Sets the text shown in a table without any rows, and the text of a button below this text. An empty
    /// `action` means no button.
    void setNoDataText(const QString &text, const QString &action = {});

    /// Writes the shown rows to a file. Returns an error text for the user, or an empty text.
    QString exportTo(const QString &path, TableFormat format);

    RecordTable &table() const { return m_view->table(); }
    RecordView &view() const { return *m_view; }
    FilterBar &filterBar() const { return *m_filter; }
    Sidebar &sidebar() const { return *m_sidebar; }

Q_SIGNALS:
    /// The current row changed. `id` is the id of the row's job, or empty.
    void jobSelected(const QByteArray &id);
    /// A text for the status bar: the result of copying or exporting.
    void statusMessage(const QString &text);
    /// The user pressed the button of setNoDataText().
    void noDataActionTriggered();

protected:
    /// `key` is the panel's group in the settings. Takes ownership of `table`.
    RecordPanel(const QString &key, RecordTable *table, const LiveData &data, TimeSelection *selection,
                const std::vector<Sidebar::Entry> &entries, QWidget *parent);

    /// Applies a sidebar entry to the table, for entries that a filter term cannot express.
    virtual void applyEntry(const QString & /*key*/) {}
    /// Returns the filter term of a sidebar entry. The term applies in addition to the user's filter and may
    /// be empty.
    virtual QString entryTerm(const QString &key) const = 0;
    virtual void updateCounts() = 0;
    /// Returns the id of the job that a row belongs to. May be empty.
    virtual QByteArray jobOf(const QByteArray &id) const { return id; }
    /// Adds entries to the context menu of a row.
    virtual void extendMenu(QMenu & /*menu*/) {}

    const LiveData &data() const { return m_data; }
    /// Adds an action to the panel. The action calls `run`.
    QAction *makeAction(const QString &text, const QString &iconName, const QKeySequence &shortcut,
                        const std::function<void()> &run);

    void showEvent(QShowEvent *event) override;

private:
    void applyFilter();
    void onEntrySelected(const QString &key);
    void copyRows(TableFormat format);
    void copyIds();
    void filterByCell(bool negated);
    void showMenu(const QPoint &at);
    void openExportDialog();
    void showCounts();

    QString m_key;
    const LiveData &m_data;
    TimeSelection *m_selection;
    Sidebar *m_sidebar;
    FilterBar *m_filter;
    RecordView *m_view;
    QAction *m_copy;
    QAction *m_copyId;
    QAction *m_copyJson;
    QAction *m_onlyThis;
    QAction *m_notThis;
    QAction *m_export;
    QString m_entry;
    QHash<QString, QByteArray> m_columns;  ///< RecordView::saveColumns() by sidebar entry
    QString m_noDataText;
    QString m_noDataAction;
    QTimer *m_counting;  ///< runs while the sidebar's counts are out of date
};

}  // namespace holdline::monitor
