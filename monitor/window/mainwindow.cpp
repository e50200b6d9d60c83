// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/mainwindow.h"

#include "monitor/charts/latencypanel.h"
#include "monitor/data/format.h"
#include "monitor/tables/callbackspanel.h"
#include "monitor/tables/deadletterspanel.h"
#include "monitor/tables/jobspanel.h"
#include "monitor/tables/lanespanel.h"
#include "monitor/tables/rowexport.h"
#include "monitor/window/confirmation.h"
#include "monitor/window/deadlettersview.h"
#include "monitor/window/draindialog.h"
#include "monitor/window/filedialogs.h"
#include "monitor/window/hintpage.h"
#include "monitor/window/jobdetailpanel.h"
#include "monitor/window/maintoolbar.h"
#include "monitor/window/overviewpanel.h"
#include "monitor/window/recordingbar.h"
#include "monitor/window/recordingcontrol.h"
#include "monitor/window/shortcutsheet.h"
#include "monitor/window/spacekeyfilter.h"
#include "monitor/window/statebanners.h"
#include "monitor/window/statetexts.h"
#include "monitor/window/statusline.h"
#include "monitor/window/workspace.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr QSize kFirstSize(1360, 860);
constexpr int kNoticeMs = 6000;
constexpr auto kClock = 500ms;
const QString kGeometryKey = u"window/geometry"_s;
const QString kLayoutKey = u"window/layout"_s;

}  // namespace

MainWindow::MainWindow(const Options &options)
    : m_source(&m_data),
      m_actions(this),
      m_usesSettings(options.picture.isEmpty()),
      m_banners(new StateBanners(&m_data, this)),
      m_recordingBar(new RecordingBar(m_source.player(), this)),
      m_pages(new QStackedWidget(this)),
      m_start(new HintPage(this)),
      m_workspace(new Workspace(this)),
      m_statusLine(new StatusLine(statusBar(), &m_data)),
      m_tools(new MainToolBar(m_actions, this)),
      m_recording(new RecordingControl(m_source.recorder(), m_actions.record, m_statusLine, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    auto *middle = new QWidget(this);
    auto *layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(1);
    layout->addWidget(m_banners);
    layout->addWidget(m_recordingBar);
    layout->addWidget(m_pages, 1);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_workspace);
    setCentralWidget(middle);
    buildViews();
    buildMenus();
    addToolBar(m_tools);
    connectActions();
    restoreSettings();
    new SpaceKeyFilter(this);

    connect(&m_source, &SourceSwitch::sourceChanged, this, &MainWindow::showSource);
    connect(&m_source, &SourceSwitch::statusChanged, this, &MainWindow::showStatus);
    connect(&m_data, &LiveData::reset, this, &MainWindow::showStatus);
    connect(&m_data, &LiveData::frozenChanged, this, &MainWindow::showStatus);
    connect(&m_data, &LiveData::changed, this, [this](const Changes &changes) {
        if (changes.service || m_data.history().empty() == m_hasEnded)
            showStatus();
    });
    connect(&m_selection, &TimeSelection::changed, this, &MainWindow::showRange);
    connect(&m_commands, &CommandClient::succeeded, this, &MainWindow::showStatusMessage);
    connect(&m_commands, &CommandClient::failed, m_banners, &StateBanners::showFailure);
    connect(m_recording, &RecordingControl::statusMessage, this, &MainWindow::showStatusMessage);
    connect(m_recording, &RecordingControl::failed, m_banners, &StateBanners::showFailure);
    m_clock.setInterval(kClock);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        m_recording->showProgress();
        showStartPage();
    });
    m_clock.start();

    if (options.recording.isEmpty())
        m_source.connectTo(options.socket);
    else
        openRecording(options.recording);
    showRange();
    m_recording->showProgress();
}

MainWindow::~MainWindow()
{
    // Delete the views now, because they use m_data. The base class would delete them only after m_data is
    // destroyed.
    delete takeCentralWidget();
}

void MainWindow::buildViews()
{
    m_overview = new OverviewPanel(&m_data, &m_selection);
    m_latency = new LatencyPanel(&m_data, &m_selection);
    m_detail = new JobDetailPanel(&m_data, &m_commands);
    m_jobs = new JobsPanel(m_data, &m_selection);
    auto *lanes = new LanesPanel(m_data, &m_selection);
    m_workspace->add(View::Overview, m_overview);
    m_workspace->add(View::Latency, m_latency);
    m_workspace->add(View::Detail, m_detail);
    m_deadLetters = new DeadLettersView(&m_data, &m_selection, &m_commands);
    m_workspace->add(View::DeadLetters, m_deadLetters);
    m_workspace->add(View::Jobs, m_jobs);
    m_workspace->add(View::Lanes, lanes);
    auto *callbacks = new CallbacksPanel(m_data, &m_selection);
    m_workspace->add(View::Callbacks, callbacks);
    auto *history = new HistoryPanel(m_data, &m_selection);
    m_workspace->add(View::History, history);
    for (RecordPanel *panel :
         std::initializer_list<RecordPanel *>{m_jobs, lanes, callbacks, history, &m_deadLetters->panel()})
        addTable(panel);
    connect(m_deadLetters, &DeadLettersView::statusMessage, this, &MainWindow::showStatusMessage);

    connect(m_overview, &OverviewPanel::jobSelected, this, [this](const QByteArray &id) {
        m_workspace->bring(View::Jobs);
        m_jobs->select(id);
        selectJob(id);
    });
    connect(m_overview, &OverviewPanel::statusMessage, this, &MainWindow::showStatusMessage);
    connect(m_latency, &LatencyPanel::statusMessage, this, &MainWindow::showStatusMessage);
    connect(m_detail, &JobDetailPanel::statusMessage, this, &MainWindow::showStatusMessage);
    connect(m_detail, &JobDetailPanel::cancelRequested, this, &MainWindow::cancelJobs);
    connect(m_jobs, &JobsPanel::cancelRequested, this, &MainWindow::cancelJobs);
    connect(m_jobs, &JobsPanel::pauseRequested, &m_commands, &CommandClient::pauseLane);
    connect(m_jobs, &JobsPanel::resumeRequested, &m_commands, &CommandClient::resumeLane);
    connect(lanes, &LanesPanel::pauseRequested, &m_commands, &CommandClient::pauseLane);
    connect(lanes, &LanesPanel::resumeRequested, &m_commands, &CommandClient::resumeLane);
}

void MainWindow::addTable(RecordPanel *panel)
{
    m_tables.append(panel);
    connect(panel, &RecordPanel::statusMessage, this, &MainWindow::showStatusMessage);
    // Ignore an empty id: when a job's row disappears at its end, the detail view keeps showing the job.
    connect(panel, &RecordPanel::jobSelected, this, [this](const QByteArray &id) {
        if (!id.isEmpty())
            selectJob(id);
    });
}

void MainWindow::buildMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addActions({m_actions.newWindow, m_actions.connectTo, m_actions.openRecording, m_actions.record});
    file->addSeparator();
    file->addActions({m_actions.closeWindow, m_actions.quit});

    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < kViewCount; ++i) {
        const auto which = static_cast<View>(i);
        auto *go = new QAction(tr("Go to %1").arg(title(which)), this);
        go->setShortcut(QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + i)));
        connect(go, &QAction::triggered, this, [this, which] { m_workspace->bring(which); });
        view->addAction(go);
    }
    QMenu *shown = view->addMenu(tr("&Shown"));
    for (int i = 0; i < kViewCount; ++i)
        shown->addAction(m_workspace->dock(static_cast<View>(i))->toggleViewAction());
    view->addAction(m_actions.resetLayout);
    view->addSeparator();
    view->addActions({m_actions.freeze, m_actions.filter, m_actions.clearRange});

    QMenu *service = menuBar()->addMenu(tr("&Service"));
    service->addActions({m_actions.retry, m_actions.drain});
    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addActions({m_actions.shortcuts, m_actions.about});
}

void MainWindow::connectActions()
{
    connect(m_actions.newWindow, &QAction::triggered, this, [this] {
        Options options;
        options.socket = m_source.socket();
        (new MainWindow(options))->show();
    });
    connect(m_actions.connectTo, &QAction::triggered, this, [this] {
        askSocket(this, m_source.socket(), [this](const QString &path) { m_source.connectTo(path); });
    });
    connect(m_actions.openRecording, &QAction::triggered, this,
            [this] { askRecording(this, [this](const QString &path) { openRecording(path); }); });
    connect(m_actions.closeWindow, &QAction::triggered, this, &QWidget::close);
    connect(m_actions.quit, &QAction::triggered, qApp, &QApplication::closeAllWindows);
    connect(m_actions.freeze, &QAction::triggered, this, [this](bool on) { m_data.setFrozen(on); });
    connect(&m_data, &LiveData::frozenChanged, this,
            [this] { m_actions.freeze->setChecked(m_data.isFrozen()); });
    connect(m_actions.clearRange, &QAction::triggered, &m_selection, &TimeSelection::clear);
    connect(m_actions.resetLayout, &QAction::triggered, m_workspace, &Workspace::resetLayout);
    connect(m_actions.filter, &QAction::triggered, this, [this] {
        for (RecordPanel *table : std::as_const(m_tables)) {
            // In a stack of docks, only the front one is visible.
            if (!table->visibleRegion().isEmpty())
                return table->focusFilter();
        }
        m_workspace->bring(View::Jobs);
        m_jobs->focusFilter();
    });
    connect(m_actions.retry, &QAction::triggered, m_source.client(), &MonitorClient::retryNow);
    connect(m_actions.drain, &QAction::triggered, this, &MainWindow::askDrain);
    connect(m_actions.shortcuts, &QAction::triggered, this, [this] { (new ShortcutSheet(this))->show(); });
    connect(m_actions.about, &QAction::triggered, this, [this] {
        QMessageBox::about(
            this, tr("About holdline-monitor"),
            tr("<p><b>holdline-monitor %1</b>, Qt %2</p><p>Shows every pending job of a running "
               "holdline and the time that its phases take.</p><p>GPL-3.0-or-later</p>")
                .arg(QStringLiteral(HOLDLINE_VERSION), QString::fromLatin1(qVersion())));
    });
    connect(m_banners, &StateBanners::retryClicked, m_actions.retry, &QAction::trigger);
    connect(m_banners, &StateBanners::unfreezeClicked, this, [this] { m_data.setFrozen(false); });
    connect(m_recordingBar, &RecordingBar::closeRequested, &m_source, &SourceSwitch::closeRecording);
    connect(m_jobs, &RecordPanel::noDataActionTriggered, this, [this] {
        QGuiApplication::clipboard()->setText(tryCommand());
        showStatusMessage(tr("Copied: %1").arg(tryCommand()));
    });
}

void MainWindow::restoreSettings()
{
    if (!m_usesSettings) {
        resize(kFirstSize);
        m_workspace->resetLayout();
        return;
    }
    QSettings settings;
    if (!restoreGeometry(settings.value(kGeometryKey).toByteArray()))
        resize(kFirstSize);
    m_workspace->restoreLayout(settings.value(kLayoutKey).toByteArray());
    for (RecordPanel *table : std::as_const(m_tables))
        table->restore(settings);
    m_jobs->view().setFocus();
}

void MainWindow::saveSettings()
{
    if (!m_usesSettings)
        return;
    QSettings settings;
    settings.setValue(kGeometryKey, saveGeometry());
    settings.setValue(kLayoutKey, m_workspace->saveLayout());
    for (const RecordPanel *table : std::as_const(m_tables))
        table->save(settings);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    saveSettings();
    QMainWindow::closeEvent(event);
}

void MainWindow::showSource()
{
    m_selection.clear();
    m_detail->setJob({});
    m_deadLetters->clear();
    m_commands.setSource(m_source.source());
    m_banners->setSource(m_source.source());
    m_statusLine->setSource(m_source.source());
    m_recordingBar->setVisible(m_source.isPlaying());
}

void MainWindow::showStatus()
{
    m_hasEnded = !m_data.history().empty();
    const bool knows = m_data.service().has_value();
    const bool isCurrent = m_source.isCurrent();
    const bool takesCommands = isCurrent && !m_source.isPlaying();
    m_pages->setCurrentWidget(knows ? static_cast<QWidget *>(m_workspace) : m_start);
    showStartPage();
    const QString stale = knows && !isCurrent ? tr("as of %1").arg(formatClock(m_data.now())) : QString();
    m_workspace->setStale(!stale.isEmpty());
    m_overview->setStale(stale);
    m_latency->setStale(stale);
    const bool stopped = !isCurrent || m_data.isFrozen();
    for (RecordPanel *table : std::as_const(m_tables))
        table->setStopped(stopped);
    m_detail->setStopped(stopped);
    m_detail->setCommands(takesCommands);
    m_deadLetters->setCommands(takesCommands);
    m_actions.drain->setEnabled(takesCommands);
    m_actions.retry->setEnabled(!isCurrent && m_source.source() == m_source.client());
    m_actions.freeze->setEnabled(knows);
    m_actions.filter->setEnabled(knows);
    m_actions.record->setEnabled(m_source.source() == m_source.client());
    const QString command = tryCommand();
    if (!m_hasEnded && !command.isEmpty() && !m_source.isPlaying())
        m_jobs->setNoDataText(tr("No jobs yet. Try:\n\n%1").arg(command), tr("Copy the command"));
    else
        m_jobs->setNoDataText(tr("No request is held now."));

    const QString where =
        m_source.source() ? QFileInfo(m_source.source()->status().where).fileName() : QString();
    const QString what = m_source.isPlaying() ? tr("%1 (recording)").arg(where)
                         : knows              ? QString::fromUtf8(m_data.service()->listen)
                                              : where;
    setWindowTitle(what.isEmpty() ? QString() : what + u" – holdline-monitor"_s);
}

QString MainWindow::tryCommand() const
{
    if (!m_data.service())
        return {};
    return u"jobclient --url "_s + QString::fromUtf8(startUrl(m_data.service()->listen));
}

void MainWindow::showStartPage()
{
    if (m_pages->currentWidget() != m_start)
        return;
    const UpdateSource *source = m_source.source();
    m_start->setHint(
        startHint(source ? std::optional(source->status()) : std::nullopt, QDateTime::currentDateTime()));
    QList<QAction *> actions{m_actions.connectTo, m_actions.openRecording};
    if (m_actions.retry->isEnabled())
        actions.prepend(m_actions.retry);
    m_start->setActions(actions);
}

void MainWindow::showRange()
{
    const auto range = m_selection.range();
    m_actions.clearRange->setEnabled(range.has_value());
    m_tools->showRange(range);
}

void MainWindow::openRecording(const QString &path)
{
    saveFolder(path);
    m_source.openRecording(path);
}

void MainWindow::askDrain()
{
    auto *dialog = new DrainDialog(&m_data, this);
    connect(dialog, &QDialog::accepted, &m_commands, &CommandClient::drain);
    dialog->open();
}

void MainWindow::selectJob(const QByteArray &id)
{
    m_detail->setJob(id);
}

void MainWindow::cancelJobs(const QList<QByteArray> &ids)
{
    if (ids.size() <= 1) {
        if (!ids.isEmpty())
            m_commands.cancel(ids);
        return;
    }
    askConfirmation(
        this,
        {tr("Cancel jobs?"),
         tr("Cancel %1 jobs? Their clients get 503 at once. Jobs that were started continue "
            "at the upstream.")
             .arg(formatCount(ids.size())),
         tr("Cancel the jobs"), tr("Do not cancel"), QMessageBox::AcceptRole, u"cancelQuestion"_s},
        [this, ids] { m_commands.cancel(ids); });
}

void MainWindow::showStatusMessage(const QString &text)
{
    statusBar()->showMessage(text, kNoticeMs);
}

}  // namespace holdline::monitor
