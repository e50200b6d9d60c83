// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"
#include "monitor/window/actions.h"
#include "monitor/window/commandclient.h"
#include "monitor/window/monitoroptions.h"
#include "monitor/window/sourcekeeper.h"
#include "monitor/window/viewnames.h"

#include <QList>
#include <QMainWindow>
#include <QTimer>

class QStackedWidget;
class QToolButton;

namespace holdline::monitor {

class HintPage;
class JobDetailPanel;
class JobsPanel;
class LatencyPanel;
class DeadLettersView;
class OverviewPanel;
class RecordPanel;
class RecordingBar;
class StateBanners;
class StatusLine;
class Workspace;

/// The window of holdline-monitor: puts the data, the source and the views together, and connects them.
/// Several can be open, each with a source of its own. Its layout, its place and the last folder are
/// remembered (QSettings of the application's names). Deleted when it is closed.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(const Options &options);
    ~MainWindow() override;

    LiveData &data() { return m_data; }
    TimeSelection &selection() { return m_selection; }
    SourceKeeper &source() { return m_source; }
    CommandClient &commands() { return m_commands; }
    Workspace &workspace() { return *m_workspace; }
    Actions &actions() { return m_actions; }

    /// Shows this job in the detail view, which follows it to its end.
    void selectJob(const QByteArray &id);
    /// Asks first when there are several.
    void cancelJobs(const QList<QByteArray> &ids);
    void openRecording(const QString &path);

protected:
    void closeEvent(QCloseEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildViews();
    void addTable(RecordPanel *panel);
    void buildMenus();
    void buildToolBar();
    void connectActions();
    void restore();
    void remember();

    void showSource();
    void showStatus();
    void showStartPage();
    void showRange();
    void showRecording();
    void setRecording(bool on);
    void askDrain();
    void tell(const QString &text);
    /// What makes a first job, for a shell; empty while it is not known where the service listens.
    QString tryCommand() const;

    LiveData m_data;
    TimeSelection m_selection;
    SourceKeeper m_source;
    CommandClient m_commands;
    Actions m_actions;
    const bool m_remembers;  ///< a window for a picture does not
    StateBanners *m_banners;
    RecordingBar *m_recordingBar;
    QStackedWidget *m_pages;
    HintPage *m_start;
    Workspace *m_workspace;
    StatusLine *m_statusLine;
    QToolButton *m_range;
    OverviewPanel *m_overview;
    JobsPanel *m_jobs;
    LatencyPanel *m_latency;
    JobDetailPanel *m_detail;
    DeadLettersView *m_letters;
    QList<RecordPanel *> m_tables;
    QTimer m_clock;
    bool m_hasEnded = false;  ///< some job has, as far as is known
};

}  // namespace holdline::monitor
