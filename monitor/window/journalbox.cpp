// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/journalbox.h"

#include "monitor/data/format.h"
#include "monitor/window/commandclient.h"
#include "monitor/window/wrappedlabel.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

QString lineOf(const JournalEntry &entry)
{
    QString line = formatClockExact(entry.at) + u"  "_s + QString(name(entry.event)).replace(u'_', u' ');
    if (entry.event == JournalEvent::Start)
        line += JournalBox::tr(", attempt %1").arg(entry.number);
    else if (entry.number != 0)
        line += JournalBox::tr(", HTTP %1").arg(entry.number);
    if (!entry.detail.isEmpty())
        line += u": "_s + QString::fromUtf8(entry.detail);
    return line;
}

}  // namespace

QString journalText(const StoredJournal &journal)
{
    QStringList lines;
    for (const JournalEntry &entry : journal.entries) {
        if (journal.omitted > 0 && lines.size() == static_cast<qsizetype>(JobJournal::kFirst))
            lines.append(formatCounted(journal.omitted, JournalBox::tr("entry left out"),
                                       JournalBox::tr("entries left out")));
        lines.append(lineOf(entry));
    }
    return lines.join(u'\n');
}

JournalBox::JournalBox(CommandClient *commands, QWidget *parent)
    : QWidget(parent),
      m_commands(commands),
      m_button(new QPushButton(tr("Show the journal"), this)),
      m_text(wrappedLabel(this))
{
    m_button->setObjectName(u"showJournal"_s);
    m_button->setAccessibleName(m_button->text());
    m_button->setToolTip(tr("Ask the service what happened to the job so far"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_button, 0, Qt::AlignLeft);
    layout->addWidget(m_text);
    connect(m_button, &QPushButton::clicked, this, &JournalBox::requestJournal);
    setJob(nullptr);
}

void JournalBox::setJob(const JobPtr &job)
{
    const bool has = job && job->durable;
    setVisible(has);
    const QByteArray id = has ? job->id : QByteArray();
    if (id == m_id && has)
        return;
    m_id = id;
    m_text->hide();
}

void JournalBox::setCommands(bool possible)
{
    m_button->setEnabled(possible);
}

void JournalBox::requestJournal()
{
    m_commands->query(Command::Verb::Journal, m_id, this, [this, id = m_id](const Reply &reply) {
        if (id == m_id)
            show(reply);
    });
}

void JournalBox::show(const Reply &reply)
{
    const QString text =
        reply.ok && reply.journal ? journalText(*reply.journal) : tr("No journal: %1").arg(reply.text);
    m_text->setText(text);
    m_text->setAccessibleName(text);
    m_text->show();
    Q_EMIT shown();
}

}  // namespace holdline::monitor
