// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/deadlettersview.h"

#include "monitor/data/format.h"
#include "monitor/tables/deadletterspanel.h"
#include "monitor/window/bodyview.h"
#include "monitor/window/commandclient.h"
#include "monitor/window/confirmation.h"
#include "monitor/window/reasontexts.h"
#include "monitor/window/wrappedlabel.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kPause = 120ms;
constexpr double kTitle = 1.3;

QString factsOf(const DeadLetterRow &row)
{
    QStringList lines{
        row.kind == DeadLetter::Kind::Job
            ? DeadLettersView::tr("A handed-over job that failed at %1").arg(formatClockExact(row.at))
            : DeadLettersView::tr("A callback that arrived at %1").arg(formatClockExact(row.at))};
    const auto add = [&lines](const QString &text, const QByteArray &value) {
        if (!value.isEmpty())
            lines << text.arg(QString::fromUtf8(value));
    };
    add(DeadLettersView::tr("Account %1"), row.account);
    add(DeadLettersView::tr("Job %1"), row.job);
    add(DeadLettersView::tr("From %1"), row.client);
    add(DeadLettersView::tr("Last error: %1"), row.detail);
    if (row.redriven > 0)
        lines << DeadLettersView::tr("Re-driven %1 without success")
                     .arg(formatCounted(row.redriven, DeadLettersView::tr("time"),
                                        DeadLettersView::tr("times")));
    if (row.cut)
        lines << DeadLettersView::tr("Only the beginning of the body is stored, so it cannot be re-driven.");
    return lines.join(u'\n');
}

}  // namespace

DeadLettersView::DeadLettersView(LiveData *live, TimeSelection *selection, CommandClient *commands,
                                 QWidget *parent)
    : QWidget(parent),
      m_data(live),
      m_commands(commands),
      m_panel(new DeadLettersPanel(*live, selection, this)),
      m_detail(makeDetail()),
      m_omitted(wrappedLabel(this))
{
    auto *left = new QWidget(this);
    auto *column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_panel, 1);
    column->addWidget(m_omitted);
    m_omitted->setMargin(6);
    m_omitted->hide();
    auto *split = new QSplitter(this);
    split->setAccessibleName(tr("Dead letters and details"));
    split->addWidget(left);
    split->addWidget(m_detail);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setCollapsible(0, false);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(split);
    setFocusProxy(m_panel);

    m_pause.setSingleShot(true);
    m_pause.setInterval(kPause);
    connect(&m_pause, &QTimer::timeout, this, &DeadLettersView::requestBody);
    connect(live, &LiveData::changed, this, [this](const Changes &changes) {
        if (changes.sampled)
            listIfOutdated();
        if (changes.deadLetters)
            showDeadLetter();
    });
    connect(live, &LiveData::reset, this, [this] {
        listIfOutdated();
        showDeadLetter();
    });
    connect(commands, &CommandClient::deadLetterCommandsAnswered, this, [this] {
        m_listed.reset();
        listIfOutdated();
    });
    connect(m_panel, &DeadLettersPanel::deadLetterSelected, this, [this](const QByteArray &id) {
        m_id = id;
        showDeadLetter();
    });
    connect(m_panel, &DeadLettersPanel::redriveRequested, commands, &CommandClient::redrive);
    connect(m_panel, &DeadLettersPanel::discardRequested, this, &DeadLettersView::discard);
    connect(m_body, &BodyView::statusMessage, this, &DeadLettersView::statusMessage);
    setCommands(false);
    renew();
    showDeadLetter();
}

QWidget *DeadLettersView::makeDetail()
{
    auto *page = new QWidget(this);
    m_title = wrappedLabel(page);
    m_explanation = wrappedLabel(page);
    m_facts = wrappedLabel(page);
    m_note = wrappedLabel(page);
    m_body = new BodyView(tr("Body of the dead letter"), page);
    auto *buttons = new QHBoxLayout;
    for (QAction *action : {m_panel->redriveAction(), m_panel->discardAction()}) {
        auto *button = new QToolButton(page);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setAccessibleName(action->text());
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(8);
    for (QLabel *label : {m_title, m_explanation, m_facts})
        layout->addWidget(label);
    layout->addLayout(buttons);
    layout->addWidget(m_note);
    layout->addWidget(m_body, 1);
    return page;
}

void DeadLettersView::setCommands(bool possible)
{
    m_mayCommand = possible;
    m_panel->setCommands(possible);
    m_panel->setNoDataText(possible ? tr("There are no dead letters.")
                                    : tr("Dead letters are listed while a service is connected."));
    listIfOutdated();
}

void DeadLettersView::clear()
{
    m_listed.reset();
    m_listing = false;
    m_shown.clear();
    m_data->setDeadLetters({});
}

DeadLettersView::Counts DeadLettersView::currentCounts() const
{
    if (m_data->samples().isEmpty())
        return {};
    const Sample &sample = m_data->samples().samples().back();
    return {sample.deadLetters, sample.deadLettersStored};
}

void DeadLettersView::listIfOutdated()
{
    if (m_mayCommand && isVisible() && !m_listing && !m_data->isFrozen() && m_listed != currentCounts())
        list();
}

void DeadLettersView::list()
{
    m_listing = true;
    const Counts counts = currentCounts();
    m_commands->query(Command::Verb::DeadLetters, {}, this, [this, counts](const Reply &reply) {
        m_listing = false;
        // Store the counts also when the service refused the request, so that the next request waits for a
        // change.
        m_listed = counts;
        if (reply.ok)
            showList(reply);
    });
}

void DeadLettersView::showList(const Reply &reply)
{
    if (!reply.deadLetters)
        return;
    m_data->setDeadLetters(*reply.deadLetters);
    m_omitted->setVisible(reply.deadLettersOmitted > 0);
    m_omitted->setText(tr("The list does not contain %1. GET /v1/dead-letters of the service lists all.")
                           .arg(formatCounted(static_cast<std::int64_t>(reply.deadLettersOmitted),
                                              tr("older dead letter"), tr("older dead letters"))));
}

void DeadLettersView::showDeadLetter()
{
    const DeadLetterPtr deadLetter = m_panel->currentDeadLetter();
    m_detail->setVisible(deadLetter != nullptr);
    if (!deadLetter) {
        m_shown.clear();
        return;
    }
    m_title->setText(QString(name(deadLetter->reason)));
    m_title->setAccessibleName(tr("Reason: %1").arg(m_title->text()));
    m_explanation->setText(explain(deadLetter->reason));
    m_facts->setText(factsOf(*deadLetter));
    if (m_shown == deadLetter->id)
        return;
    m_shown.clear();
    m_body->clear();
    m_note->hide();
    m_pause.start();
}

void DeadLettersView::requestBody()
{
    if (!m_mayCommand || m_id.isEmpty() || !isVisible())
        return;
    m_commands->query(Command::Verb::DeadLetter, m_id, this, [this, id = m_id](const Reply &reply) {
        if (id != m_id)
            return;
        m_note->setVisible(!reply.ok);
        m_note->setText(reply.text);
        if (!reply.ok || !reply.body)
            return;
        m_shown = id;
        m_body->setBody(*reply.body, {}, u"letter-"_s + QString::fromUtf8(id));
    });
}

void DeadLettersView::discard(const QList<QByteArray> &deadLetters)
{
    askConfirmation(this,
                    {tr("Discard dead letters?"),
                     tr("Discard %1? This cannot be undone.")
                         .arg(formatCounted(deadLetters.size(), tr("dead letter"), tr("dead letters"))),
                     tr("Discard"), tr("Keep"), QMessageBox::DestructiveRole, u"discardQuestion"_s},
                    [commands = m_commands, deadLetters] { commands->discard(deadLetters); });
}

void DeadLettersView::renew()
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * kTitle);
    large.setWeight(QFont::DemiBold);
    m_title->setFont(large);
}

void DeadLettersView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    listIfOutdated();
    showDeadLetter();
}

void DeadLettersView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_title)
        renew();
}

}  // namespace holdline::monitor
