// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/jobdetailpanel.h"

#include "core/monitormessages/monitorcodec.h"
#include "monitor/charts/icons.h"
#include "monitor/charts/waterfall.h"
#include "monitor/data/format.h"
#include "monitor/tables/rowexport.h"
#include "monitor/window/journalbox.h"
#include "monitor/window/reasontexts.h"
#include "monitor/window/resultbox.h"
#include "monitor/window/spantext.h"
#include "monitor/window/wrappedlabel.h"

#include <QClipboard>
#include <QEvent>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kClock = 100ms;  ///< update interval, short enough for a smoothly growing bar
constexpr double kTitle = 1.3;
constexpr int kCopySize = 14;
/// Maximum number of shown callbacks. A broken upstream may send any number of callbacks.
constexpr int kMaxCallbacks = 20;

/// Says why the job is durable and how many clients use it. Empty for a plain job.
QString durableText(const JobRow &job)
{
    if (!job.durable)
        return {};
    QStringList parts{job.handedOver ? JobDetailPanel::tr("handed over")
                                     : JobDetailPanel::tr("has an Idempotency-Key")};
    if (job.state != RowState::Ended)
        parts << (job.waiting > 0 ? JobDetailPanel::tr("waiting: %1")
                                        .arg(formatCounted(job.waiting, JobDetailPanel::tr("client"),
                                                           JobDetailPanel::tr("clients")))
                                  : JobDetailPanel::tr("no client waits now"));
    if (job.joined > 0)
        parts << JobDetailPanel::tr("joined %1")
                     .arg(formatCounted(job.joined, JobDetailPanel::tr("time"), JobDetailPanel::tr("times")));
    if (job.recovered)
        parts << JobDetailPanel::tr("recovered at the service's start");
    return parts.join(QStringLiteral(" · "));
}

/// Says why no callback is shown. A callback may have arrived: the monitor's ledger has only recent
/// callbacks, and the service omits some when very many arrive at once.
QString noCallbackText(const JobRow &job)
{
    if (job.state != RowState::Ended)
        return JobDetailPanel::tr("No callback yet.");
    const bool hadOne = job.outcome == Reason::Completed || job.outcome == Reason::JobFailed;
    return hadOne ? JobDetailPanel::tr("The monitor no longer has the callback of this job.")
                  : JobDetailPanel::tr("The monitor has no callback of this job.");
}

}  // namespace

JobDetailPanel::JobDetailPanel(LiveData *live, CommandClient *commands, QWidget *parent)
    : QStackedWidget(parent),
      m_data(live),
      m_none(new QLabel(this)),
      m_journal(new JournalBox(commands)),
      m_result(new ResultBox(commands))
{
    m_none->setText(tr("Select a job to see the time of each phase."));
    m_none->setAlignment(Qt::AlignCenter);
    m_none->setWordWrap(true);
    m_none->setMargin(24);
    addWidget(m_none);
    auto *scroll = new QScrollArea(this);
    scroll->setWidget(makePage());
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setAccessibleName(tr("Job detail"));
    // The minimum width fits everything except texts of unlimited length.
    scroll->setMinimumWidth(scroll->widget()->minimumSizeHint().width() +
                            style()->pixelMetric(QStyle::PM_ScrollBarExtent));
    addWidget(scroll);
    // Scroll in the next turn of the event loop, when the layout has placed the new text.
    connect(m_journal, &JournalBox::shown, scroll, [this, scroll] {
        QTimer::singleShot(0, scroll, [this, scroll] { scroll->ensureWidgetVisible(m_journal); });
    });
    connect(m_result, &ResultBox::shown, scroll, [this, scroll] {
        QTimer::singleShot(0, scroll, [this, scroll] { scroll->ensureWidgetVisible(m_result); });
    });
    setAccessibleName(tr("Job detail"));
    m_clock.setInterval(kClock);
    connect(&m_clock, &QTimer::timeout, this, &JobDetailPanel::tick);
    connect(live, &LiveData::changed, this, [this](const Changes &changes) {
        if (!changes.callbacks.empty() || (m_job && m_data->find(m_id) != m_job))
            refresh();
    });
    connect(live, &LiveData::reset, this, &JobDetailPanel::refresh);
    renew();
}

QWidget *JobDetailPanel::makePage()
{
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(8);
    auto *head = new QHBoxLayout;
    m_sign = new QLabel(page);
    m_state = wrappedLabel(page);
    head->addWidget(m_sign);
    head->addWidget(m_state, 1);
    layout->addLayout(head);
    m_explanation = wrappedLabel(page);
    layout->addWidget(m_explanation);
    m_waterfall = new Waterfall(page);
    layout->addWidget(m_waterfall);
    m_form = new QFormLayout;
    m_form->setLabelAlignment(Qt::AlignLeft);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setVerticalSpacing(3);
    makeLines();
    layout->addLayout(m_form);
    m_callbacks = wrappedLabel(page);
    layout->addWidget(m_callbacks);
    layout->addWidget(m_journal);
    layout->addWidget(m_result);
    auto *buttons = new QHBoxLayout;
    m_cancel = new QPushButton(tr("Cancel job"), page);
    m_copyJson = new QPushButton(tr("Copy as JSON"), page);
    m_copyCurl = new QPushButton(tr("Copy as curl"), page);
    m_copyJson->setToolTip(tr("The job as in the monitor protocol"));
    m_copyCurl->setToolTip(tr("A request that starts another job of this account"));
    m_cancel->setToolTip(tr("The client gets a response at once"));
    for (QPushButton *button : {m_cancel, m_copyJson, m_copyCurl}) {
        button->setAccessibleName(button->text());
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    layout->addLayout(buttons);
    layout->addStretch(1);
    connect(m_result, &ResultBox::statusMessage, this, &JobDetailPanel::statusMessage);
    connect(m_cancel, &QPushButton::clicked, this, [this] { Q_EMIT cancelRequested({m_id}); });
    connect(m_copyJson, &QPushButton::clicked, this,
            [this] { copy(QString::fromUtf8(encodeRow(*m_job)), tr("the job as JSON")); });
    connect(m_copyCurl, &QPushButton::clicked, this, [this] {
        copy(QString::fromUtf8(curlCommand(m_job->account, m_data->service()->listen)),
             tr("the request as curl"));
    });
    return page;
}

void JobDetailPanel::makeLines()
{
    const std::array<QString, kTexts> names{
        tr("Job"),     tr("Upstream id"),  tr("Request id"), tr("Account"),  tr("Route"),
        tr("Client"),  tr("Requested at"), tr("Deadline"),   tr("Attempts"), tr("Position"),
        tr("Durable"), tr("Progress"),     tr("Last error")};
    for (std::size_t i = 0; i < names.size(); ++i) {
        Line &line = m_lines[i];
        line.name = names[i];
        line.caption = new QLabel(names[i]);
        line.value = wrappedLabel(nullptr);
        // An id cannot wrap, so it may be clipped. The copy button copies all of it.
        line.value->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        auto *field = new QHBoxLayout;
        field->addWidget(line.value, 1);
        if (i <= Client) {
            line.copy = new QToolButton;
            line.copy->setAutoRaise(true);
            line.copy->setIconSize(QSize(kCopySize, kCopySize));
            line.copy->setFixedHeight(fontMetrics().height() + 4);
            line.copy->setToolTip(tr("Copy"));
            line.copy->setAccessibleName(tr("Copy: %1").arg(names[i]));
            connect(line.copy, &QToolButton::clicked, this,
                    [this, i] { copy(m_lines[i].value->text(), m_lines[i].name); });
            field->addWidget(line.copy);
        }
        m_form->addRow(line.caption, field);
    }
}

void JobDetailPanel::setJob(const QByteArray &id)
{
    if (m_id == id)
        return;
    m_id = id;
    m_job.reset();
    refresh();
}

void JobDetailPanel::setStopped(bool stopped)
{
    m_stopped = stopped;
    refresh();
}

void JobDetailPanel::setCommands(bool possible)
{
    m_commands = possible;
    refresh();
}

void JobDetailPanel::refresh()
{
    if (!isVisible())
        return;
    if (const JobPtr found = m_data->find(m_id))
        m_job = found;
    setCurrentIndex(m_job ? 1 : 0);
    if (!m_job) {
        m_clock.stop();
        return;
    }
    const bool isLive = m_job->state != RowState::Ended;
    m_waterfall->setJob(m_job, m_data->now());
    showState();
    showLines();
    showCallbacks();
    m_journal->setJob(m_job);
    m_journal->setCommands(m_commands);
    m_result->setJob(m_job);
    m_result->setCommands(m_commands);
    m_cancel->setEnabled(isLive && m_commands);
    m_copyCurl->setEnabled(m_data->service().has_value());
    if (isLive && !m_stopped)
        m_clock.start();
    else
        m_clock.stop();
}

void JobDetailPanel::tick()
{
    if (!isVisible()) {
        m_clock.stop();
        return;
    }
    m_waterfall->setNow(m_data->now());
    // The queue position changes when other jobs leave the queue.
    if (m_job && m_job->state == RowState::Queued)
        showLines();
}

void JobDetailPanel::showState()
{
    const JobRow &job = *m_job;
    const int size = QFontMetrics(m_state->font()).height();
    m_sign->setPixmap(icon(job).pixmap(QSize(size, size), devicePixelRatioF()));
    QString state = stateText(job.state);
    QString explanation = explain(job.state);
    if (job.outcome) {
        state = QString(name(*job.outcome));
        if (job.status > 0)
            state += u" · "_s + QString::number(job.status);
        explanation = explain(*job.outcome);
    }
    if (job.total)
        state += u" · "_s + formatDuration(*job.total);
    m_state->setText(state);
    m_state->setAccessibleName(tr("State: %1").arg(state));
    m_sign->setAccessibleName(state);
    m_explanation->setText(explanation);
}

void JobDetailPanel::showLines()
{
    const JobRow &job = *m_job;
    setLine(Id, QString::fromUtf8(job.id));
    setLine(UpstreamId, QString::fromUtf8(job.upstreamId));
    setLine(RequestId, QString::fromUtf8(job.requestId));
    setLine(Account, QString::fromUtf8(job.account));
    setLine(Route, QString::fromUtf8(job.route));
    setLine(Client, QString::fromUtf8(job.client));
    setLine(Started, formatClockExact(job.created));
    setLine(Deadline, tr("%1 (%2 after the request)")
                          .arg(formatClockExact(job.deadline), spanText(job.deadline - job.created)));
    setLine(Attempts, job.attempts > 0 ? formatCount(job.attempts) : tr("none yet"));
    const int position = m_data->queuePosition(job);
    setLine(Position, position > 0 ? tr("%1 in the account's queue").arg(formatCount(position)) : QString());
    setLine(DurableJob, durableText(job));
    setLine(Progress,
            job.progressReports > 0
                ? tr("%1 (%n report(s))", nullptr, job.progressReports).arg(QString::fromUtf8(job.progress))
                : QString());
    setLine(Detail, QString::fromUtf8(job.detail));
}

void JobDetailPanel::setLine(Text text, const QString &value)
{
    Line &line = m_lines[static_cast<std::size_t>(text)];
    line.value->setText(value);
    line.value->setAccessibleName(line.name + u": "_s + value);
    m_form->setRowVisible(text, !value.isEmpty());
}

void JobDetailPanel::showCallbacks()
{
    QStringList lines;
    int left = 0;
    const auto &callbacks = m_data->callbacks();
    for (auto it = callbacks.rbegin(); it != callbacks.rend(); ++it) {
        if (it->job != m_id || m_id.isEmpty())
            continue;
        if (lines.size() == kMaxCallbacks) {
            ++left;
            continue;
        }
        lines.prepend(tr("%1  %2 from %3, %4")
                          .arg(formatClockExact(it->at), callbackText(it->outcome).toLower(),
                               QString::fromUtf8(it->client), formatBytes(it->bytes)));
    }
    if (left > 0)
        lines.prepend(formatCounted(left, tr("earlier callback"), tr("earlier callbacks")));
    const QString text =
        lines.isEmpty() ? noCallbackText(*m_job) : tr("Callbacks:") + u'\n' + lines.join(u'\n');
    m_callbacks->setText(text);
    m_callbacks->setAccessibleName(text);
}

void JobDetailPanel::copy(const QString &text, const QString &what)
{
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT statusMessage(tr("Copied: %1").arg(what));
}

void JobDetailPanel::renew()
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * kTitle);
    large.setWeight(QFont::DemiBold);
    m_state->setFont(large);
    const QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    for (const Text text : {Id, UpstreamId, RequestId})
        m_lines[static_cast<std::size_t>(text)].value->setFont(mono);
    const Theme theme(palette());
    for (Line &line : m_lines) {
        QPalette quiet = palette();
        quiet.setColor(QPalette::WindowText, theme[Ink::AxisText]);
        line.caption->setPalette(quiet);
        if (line.copy)
            line.copy->setIcon(icon(u"copy"_s));
    }
    refresh();
}

void JobDetailPanel::showEvent(QShowEvent *event)
{
    QStackedWidget::showEvent(event);
    refresh();
}

void JobDetailPanel::changeEvent(QEvent *event)
{
    QStackedWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        renew();
}

}  // namespace holdline::monitor
