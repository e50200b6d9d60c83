// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/maintoolbar.h"

#include "monitor/charts/texts.h"
#include "monitor/window/actions.h"

#include <QHBoxLayout>
#include <QToolButton>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

MainToolBar::MainToolBar(const Actions &actions, QWidget *parent)
    : QToolBar(tr("Tools"), parent), m_range(new QToolButton(this))
{
    setObjectName(u"tools"_s);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setMovable(false);
    addActions({actions.freeze, actions.filter});
    addSeparator();
    addActions({actions.record, actions.openRecording});
    addSeparator();
    addAction(actions.drain);
    auto *space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(space);
    addRangeButton(actions);
    nameButtons();
}

void MainToolBar::addRangeButton(const Actions &actions)
{
    m_range->setObjectName(u"range"_s);
    m_range->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_range->setLayoutDirection(Qt::RightToLeft);
    m_range->setToolTip(actions.clearRange->toolTip());
    m_range->setIcon(actions.clearRange->icon());
    connect(m_range, &QToolButton::clicked, actions.clearRange, &QAction::trigger);
    // Keep the space of the hidden button, so that the other buttons do not move.
    QSizePolicy keeps = m_range->sizePolicy();
    keeps.setRetainSizeWhenHidden(true);
    m_range->setSizePolicy(keeps);
    auto *box = new QWidget;
    auto *inside = new QHBoxLayout(box);
    inside->setContentsMargins(0, 0, 6, 0);
    inside->addWidget(m_range);
    addWidget(box);
}

void MainToolBar::nameButtons()
{
    const auto buttons = findChildren<QToolButton *>();
    for (QToolButton *button : buttons) {
        if (button->accessibleName().isEmpty() && button->defaultAction())
            button->setAccessibleName(button->defaultAction()->iconText());
        else if (button->accessibleName().isEmpty() && button->objectName() == "qt_toolbar_ext_button"_L1)
            button->setAccessibleName(tr("More tools"));
    }
}

void MainToolBar::showRange(const std::optional<TimeRange> &range)
{
    m_range->setVisible(range.has_value());
    if (!range)
        return;
    m_range->setText(rangeText(range->from, range->to));
    m_range->setAccessibleName(tr("Time range %1. Press to show all times.").arg(m_range->text()));
}

}  // namespace holdline::monitor
