// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/tables/recordpanel.h"

namespace holdline::monitor {

/// Base of the panels with jobs. Adds the action "Copy as curl".
class JobRowsPanel : public RecordPanel
{
    Q_OBJECT

protected:
    JobRowsPanel(const QString &key, RecordTable *table, const LiveData &data, TimeSelection *selection,
                 const std::vector<Sidebar::Entry> &entries, QWidget *parent);

    void extendMenu(QMenu &menu) override;

private:
    void copyCurl();

    QAction *m_copyCurl;
};

/// The panel with the live jobs: plain jobs, whose clients wait, and durable jobs, which can continue without
/// their clients.
class JobsPanel : public JobRowsPanel
{
    Q_OBJECT

public:
    JobsPanel(const LiveData &data, TimeSelection *selection, QWidget *parent = nullptr);

Q_SIGNALS:
    void cancelRequested(const QList<QByteArray> &ids);
    void pauseRequested(const QByteArray &account);
    void resumeRequested(const QByteArray &account);

protected:
    void applyEntry(const QString &key) override;
    QString entryTerm(const QString &key) const override;
    void updateCounts() override;
    void extendMenu(QMenu &menu) override;

private:
    QByteArray currentAccount() const;

    QAction *m_cancel;
    QAction *m_pause;
    QAction *m_resume;
};

/// The panel with the ended jobs, at most LiveState::kHistory.
class HistoryPanel : public JobRowsPanel
{
    Q_OBJECT

public:
    HistoryPanel(const LiveData &data, TimeSelection *selection, QWidget *parent = nullptr);

protected:
    QString entryTerm(const QString &key) const override;
    void updateCounts() override;
};

}  // namespace holdline::monitor
