// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/timeselection.h"
#include "monitor/tables/recordview.h"
#include "monitor/tables/rowexport.h"
#include "monitor/tables/sidebar.h"

#include <QHash>
#include <QWidget>

class QAction;
class QMenu;
class QSettings;
class QTimer;

namespace holdline::monitor {

class FilterBar;

/// A table with all that belongs to it: the sidebar of states, the filter, the count, what to say when there
/// is nothing to show, copying and exporting. Each entry of the sidebar remembers its own columns and
/// sorting. Jobs, lanes, callbacks and the history are derived from it.
///
/// Its actions are QWidget::actions(), with their shortcuts. LiveData and TimeSelection must outlive it.
class RecordPanel : public QWidget
{
    Q_OBJECT

public:
    QByteArray currentId() const { return m_view->currentId(); }
    /// Nothing happens when it is not shown.
    void select(const QByteArray &id);

    void focusFilter();
    QString filterText() const;
    void setFilterText(const QString &text);
    /// Which entry of the sidebar.
    QString chosen() const { return m_sidebar->current(); }
    void choose(const QString &key) { m_sidebar->setCurrent(key); }

    void save(QSettings &settings) const;
    void restore(QSettings &settings);

    /// The source is gone or the window frozen: ages stand still.
    void setStill(bool still);
    /// Said while there is nothing at all, with a button when `action` is not empty.
    void setNothingText(const QString &text, const QString &action = {});

    /// Writes the rows shown to a file; empty, or why that could not be done.
    QString exportTo(const QString &path, TableFormat format);

    RecordTable &table() const { return m_view->table(); }
    RecordView &view() const { return *m_view; }
    FilterBar &filterBar() const { return *m_filter; }
    Sidebar &sidebar() const { return *m_sidebar; }

Q_SIGNALS:
    /// The current row's id, or that of the job it tells of; empty when there is none.
    void jobSelected(const QByteArray &id);
    /// For the status bar: what was copied or exported, or why not.
    void told(const QString &text);
    /// The button beside setNothingText() was pressed.
    void nothingActionTriggered();

protected:
    /// `key` names it in the settings; it takes the table over.
    RecordPanel(const QString &key, RecordTable *table, const LiveData &data, TimeSelection *selection,
                const std::vector<Sidebar::Entry> &entries, QWidget *parent);

    /// What an entry of the sidebar means for the table, beside the term it may stand for.
    virtual void applyEntry(const QString &key);
    /// A filter that holds beside the one written; empty for none.
    virtual QString entryTerm(const QString &key) const;
    virtual void updateCounts() = 0;
    /// The job a row tells of.
    virtual QByteArray jobOf(const QByteArray &id) const { return id; }
    /// More entries for the menu of a row.
    virtual void extendMenu(QMenu &menu);

    const LiveData &data() const { return m_data; }
    QAction *makeAction(const QString &text, const QString &iconName, const QKeySequence &shortcut);

    void showEvent(QShowEvent *event) override;

private:
    void applyFilter();
    void onChosen(const QString &key);
    void copyRows(TableFormat format);
    void copyIds();
    void filterByCell(bool negated);
    void showMenu(const QPoint &at);
    void chooseExport();
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
    QHash<QString, QByteArray> m_columns;
    QString m_nothing;
    QString m_nothingAction;
    QTimer *m_counting;  ///< runs while the sidebar's counts are behind
};

}  // namespace holdline::monitor
