// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"
#include "monitor/window/actions.h"
#include "monitor/window/commandclient.h"
#include "monitor/window/monitoroptions.h"
#include "monitor/window/sourceswitch.h"
#include "monitor/window/viewnames.h"

#include <QList>
#include <QMainWindow>
#include <QTimer>

class QStackedWidget;

namespace holdline::monitor {

class HintPage;
class JobDetailPanel;
class JobsPanel;
class LatencyPanel;
class MainToolBar;
class DeadLettersView;
class OverviewPanel;
class RecordPanel;
class RecordingBar;
class RecordingControl;
class StateBanners;
class StatusLine;
class Workspace;

/// The main window of holdline-monitor. It owns the data, the source and the views, and connects them.
/// Several windows can be open, each with its own source. QSettings stores geometry, layout, tables and the
/// last folder. The window deletes itself when it is closed.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(const Options &options);
    ~MainWindow() override;

    LiveData &data() { return m_data; }
    TimeSelection &selection() { return m_selection; }
    SourceSwitch &source() { return m_source; }
    CommandClient &commands() { return m_commands; }
    Workspace &workspace() { return *m_workspace; }
    Actions &actions() { return m_actions; }

    /// Shows the job in the detail view.
    void selectJob(const QByteArray &id);
    /// Cancels jobs. Asks the user first when there are several.
    void cancelJobs(const QList<QByteArray> &ids);
    void openRecording(const QString &path);

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void buildViews();
    void addTable(RecordPanel *panel);
    void buildMenus();
    void connectActions();
    void restoreSettings();
    void saveSettings();

    void showSource();
    void showStatus();
    void showStartPage();
    void showRange();
    void askDrain();
    void showStatusMessage(const QString &text);
    /// Returns a shell command that starts a first job. Empty while the service's address is unknown.
    QString tryCommand() const;

    LiveData m_data;
    TimeSelection m_selection;
    SourceSwitch m_source;
    CommandClient m_commands;
    Actions m_actions;
    const bool m_usesSettings;  ///< false for --picture, which shows the default layout
    StateBanners *m_banners;
    RecordingBar *m_recordingBar;
    QStackedWidget *m_pages;
    HintPage *m_start;
    Workspace *m_workspace;
    StatusLine *m_statusLine;
    MainToolBar *m_tools;
    RecordingControl *m_recording;
    OverviewPanel *m_overview;
    JobsPanel *m_jobs;
    LatencyPanel *m_latency;
    JobDetailPanel *m_detail;
    DeadLettersView *m_deadLetters;
    QList<RecordPanel *> m_tables;
    QTimer m_clock;
    bool m_hasEnded = false;  ///< the history contains a job
};

}  // namespace holdline::monitor
