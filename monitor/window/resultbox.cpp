// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/resultbox.h"

#include "monitor/window/bodyview.h"
#include "monitor/window/commandclient.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

ResultBox::ResultBox(CommandClient *commands, QWidget *parent)
    : QWidget(parent),
      m_commands(commands),
      m_button(new QPushButton(tr("Show the stored result"), this)),
      m_note(new QLabel(this)),
      m_body(new BodyView(tr("Stored result"), this))
{
    m_button->setObjectName(u"showResult"_s);
    m_button->setAccessibleName(m_button->text());
    m_button->setToolTip(tr("Get the job's stored response from the service"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_button, 0, Qt::AlignLeft);
    layout->addWidget(m_note);
    layout->addWidget(m_body);
    connect(m_button, &QPushButton::clicked, this, &ResultBox::requestResult);
    connect(m_body, &BodyView::statusMessage, this, &ResultBox::statusMessage);
    setJob(nullptr);
}

void ResultBox::setJob(const JobPtr &job)
{
    const bool has = job && job->durable && job->state == RowState::Ended;
    setVisible(has);
    const QByteArray id = has ? job->id : QByteArray();
    if (id == m_id && has)
        return;
    m_id = id;
    m_note->hide();
    m_body->clear();
    m_body->hide();
    m_button->show();
}

void ResultBox::setCommands(bool possible)
{
    m_button->setEnabled(possible);
}

void ResultBox::requestResult()
{
    m_note->setText(tr("Requesting the result…"));
    m_note->show();
    m_commands->query(Command::Verb::Result, m_id, this, [this, id = m_id](const Reply &reply) {
        if (id == m_id)
            show(reply);
    });
}

void ResultBox::show(const Reply &reply)
{
    if (!reply.ok || !reply.result) {
        m_note->setText(tr("No result: %1").arg(reply.text));
        m_note->show();
        return;
    }
    const bool hadFocus = m_button->hasFocus();
    m_note->hide();
    m_button->hide();
    m_body->setBody(reply.result->body, tr("HTTP %1").arg(reply.result->status),
                    u"result-"_s + QString::fromUtf8(m_id));
    m_body->show();
    if (hadFocus)
        m_body->setFocus();
    Q_EMIT shown();
}

}  // namespace holdline::monitor
