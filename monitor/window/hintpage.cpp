// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/hintpage.h"

#include "monitor/charts/icons.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr int kIconSize = 48;
constexpr int kTextWidth = 560;
constexpr double kTitle = 1.5;

}  // namespace

HintPage::HintPage(QWidget *parent)
    : QWidget(parent),
      m_icon(new QLabel(this)),
      m_title(new QLabel(this)),
      m_text(new QLabel(this)),
      m_commandLine(new QWidget(this)),
      m_command(new QLineEdit(m_commandLine)),
      m_copy(new QToolButton(m_commandLine)),
      m_buttons(new QHBoxLayout)
{
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_title->setTextFormat(Qt::PlainText);
    m_icon->setAccessibleName(tr("Icon"));
    for (QLabel *label : {m_icon, m_title, m_text})
        label->setAlignment(Qt::AlignCenter);
    m_text->setFixedWidth(kTextWidth);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_command->setReadOnly(true);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setAccessibleName(tr("Command to try"));
    m_copy->setAccessibleName(tr("Copy the command"));
    m_copy->setToolTip(tr("Copy"));
    m_copy->setAutoRaise(true);
    connect(m_copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_hint.command); });

    auto *line = new QHBoxLayout(m_commandLine);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_command, 1);
    line->addWidget(m_copy);
    m_commandLine->setFixedWidth(kTextWidth);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addStretch(2);
    layout->addWidget(m_icon);
    layout->addWidget(m_title);
    layout->addWidget(m_text, 0, Qt::AlignHCenter);
    layout->addWidget(m_commandLine, 0, Qt::AlignHCenter);
    m_buttons->setAlignment(Qt::AlignCenter);
    layout->addLayout(m_buttons);
    layout->addStretch(3);
    renew();
}

void HintPage::setHint(const Hint &hint)
{
    if (m_hint == hint)
        return;
    m_hint = hint;
    renew();
}

void HintPage::setActions(const QList<QAction *> &actions)
{
    if (m_actions == actions)
        return;
    m_actions = actions;
    while (QLayoutItem *item = m_buttons->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (QAction *action : actions) {
        auto *button = new QPushButton(action->icon(), action->iconText(), this);
        button->setAccessibleName(action->iconText());
        button->setToolTip(action->toolTip());
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        m_buttons->addWidget(button);
    }
}

void HintPage::renew()
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * kTitle);
    m_title->setFont(large);
    m_icon->setVisible(!m_hint.icon.isEmpty());
    if (!m_hint.icon.isEmpty())
        m_icon->setPixmap(
            icon(m_hint.icon, Ink::AxisText).pixmap(QSize(kIconSize, kIconSize), devicePixelRatioF()));
    m_title->setText(m_hint.title);
    m_text->setText(m_hint.text);
    m_text->setMinimumHeight(std::max(m_text->heightForWidth(kTextWidth), 0));
    m_commandLine->setVisible(!m_hint.command.isEmpty());
    m_command->setText(m_hint.command);
    m_command->setCursorPosition(0);
    m_copy->setIcon(icon(u"copy"_s));
}

void HintPage::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        renew();
    QWidget::changeEvent(event);
}

}  // namespace holdline::monitor
