// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/jobspanel.h"

#include "monitor/charts/icons.h"
#include "monitor/data/historytable.h"
#include "monitor/data/jobstable.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

/// The sidebar key of handed-over jobs. It is no RowState, because a handed-over job is also queued or
/// running.
const QString kHandedOver = u"handed-over"_s;

QString keyOf(RowState state)
{
    return QString(name(state));
}

std::vector<Sidebar::Entry> stateEntries()
{
    std::vector<Sidebar::Entry> entries{{{}, JobsPanel::tr("All"), u"live"_s}};
    for (int i = 0; i < static_cast<int>(RowState::Ended); ++i) {
        const auto state = static_cast<RowState>(i);
        entries.push_back({keyOf(state), stateText(state), keyOf(state)});
    }
    entries.push_back({kHandedOver, JobsPanel::tr("Handed over"), kHandedOver});
    return entries;
}

/// The reasons with which a job can end. The reasons with which requests are refused are not in this list.
constexpr std::array kOutcomes{Reason::Completed,           Reason::JobFailed,        Reason::StartRejected,
                               Reason::UpstreamUnreachable, Reason::UpstreamError,    Reason::StartUnknown,
                               Reason::CallbackTimeout,     Reason::Interrupted,      Reason::QueueTimeout,
                               Reason::ClientGone,          Reason::Cancelled,        Reason::Draining,
                               Reason::DrainTimeout,        Reason::StoreUnavailable, Reason::PassedThrough};

std::vector<Sidebar::Entry> outcomeEntries()
{
    std::vector<Sidebar::Entry> entries{{{}, HistoryPanel::tr("All"), u"live"_s}};
    for (const Reason reason : kOutcomes) {
        JobRow row;
        row.state = RowState::Ended;
        row.outcome = reason;
        const QString key(name(reason));
        entries.push_back({key, key, endedWell(row) ? u"ended-ok"_s : u"ended-failed"_s});
    }
    return entries;
}

}  // namespace

JobRowsPanel::JobRowsPanel(const QString &key, RecordTable *table, const LiveData &data,
                           TimeSelection *selection, const std::vector<Sidebar::Entry> &entries,
                           QWidget *parent)
    : RecordPanel(key, table, data, selection, entries, parent)
{
    m_copyCurl = makeAction(tr("Copy as curl"), u"copy"_s, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_U),
                            [this] { copyCurl(); });
}

void JobRowsPanel::extendMenu(QMenu &menu)
{
    menu.addAction(m_copyCurl);
}

void JobRowsPanel::copyCurl()
{
    const JobPtr job = data().find(currentId());
    if (!job || !data().service())
        return;
    QGuiApplication::clipboard()->setText(
        QString::fromUtf8(curlCommand(job->account, data().service()->listen)));
    Q_EMIT statusMessage(tr("Copied the request of this job as a curl command"));
}

JobsPanel::JobsPanel(const LiveData &data, TimeSelection *selection, QWidget *parent)
    : JobRowsPanel(u"jobs"_s, new JobsTable(data), data, selection, stateEntries(), parent)
{
    m_cancel = makeAction(tr("Cancel job"), u"cancel"_s, QKeySequence::Delete, [this] {
        if (const QList<QByteArray> ids = selectedIds(); !ids.isEmpty())
            Q_EMIT cancelRequested(ids);
    });
    m_pause =
        makeAction(tr("Pause this account's lane"), u"pause"_s, QKeySequence(Qt::CTRL | Qt::Key_P), [this] {
            if (const QByteArray account = currentAccount(); !account.isEmpty())
                Q_EMIT pauseRequested(account);
        });
    m_resume =
        makeAction(tr("Resume this account's lane"), u"resume"_s, QKeySequence(Qt::CTRL | Qt::Key_R), [this] {
            if (const QByteArray account = currentAccount(); !account.isEmpty())
                Q_EMIT resumeRequested(account);
        });
    view().setAccessibleName(tr("Live jobs"));
    setNoDataText(tr("No request is held now."));
}

QByteArray JobsPanel::currentAccount() const
{
    const JobPtr job = data().find(currentId());
    return job ? job->account : QByteArray();
}

void JobsPanel::applyEntry(const QString &key)
{
    std::optional<RowStates> states;
    for (int i = 0; i < kRowStateCount; ++i) {
        if (key == keyOf(static_cast<RowState>(i)))
            states.emplace().set(static_cast<std::size_t>(i));
    }
    table().setStates(states);
}

QString JobsPanel::entryTerm(const QString &key) const
{
    return key == kHandedOver ? u"handed=yes"_s : QString();
}

void JobsPanel::updateCounts()
{
    sidebar().setCount(kHandedOver, data().handedOver());
    sidebar().setCount({}, table().totalCount());
    for (int i = 0; i < static_cast<int>(RowState::Ended); ++i)
        sidebar().setCount(keyOf(static_cast<RowState>(i)), data().count(static_cast<RowState>(i)));
}

void JobsPanel::extendMenu(QMenu &menu)
{
    menu.addActions({m_cancel, m_pause, m_resume});
    menu.addSeparator();
    JobRowsPanel::extendMenu(menu);
}

HistoryPanel::HistoryPanel(const LiveData &data, TimeSelection *selection, QWidget *parent)
    : JobRowsPanel(u"history"_s, new HistoryTable(data), data, selection, outcomeEntries(), parent)
{
    view().setAccessibleName(tr("History"));
    setNoDataText(tr("No job has ended yet."));
}

QString HistoryPanel::entryTerm(const QString &key) const
{
    return key.isEmpty() ? QString() : u"outcome="_s + key;
}

void HistoryPanel::updateCounts()
{
    if (!isVisible())
        return;
    std::array<int, kReasonCount> counts{};
    for (const JobPtr &job : data().history())
        ++counts[static_cast<std::size_t>(job->outcome.value_or(Reason::InternalError))];
    sidebar().setCount({}, table().totalCount());
    for (const Reason reason : kOutcomes)
        sidebar().setCount(QString(name(reason)), counts[static_cast<std::size_t>(reason)]);
}

}  // namespace holdline::monitor
