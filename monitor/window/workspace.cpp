// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/workspace.h"

#include "monitor/charts/theme.h"

#include <QEvent>
#include <QTimer>

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr int kOverviewHeight = 240;  ///< two rows of tiles and the title
constexpr int kDetailWidth = 400;

}  // namespace

Workspace::Workspace(QWidget *parent) : QMainWindow(parent, Qt::Widget)
{
    // No central widget, so that the docks use all the space.
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
}

void Workspace::add(View view, QWidget *panel)
{
    auto *dock = new QDockWidget(title(view), this);
    dock->setObjectName(u"view."_s + name(view));
    dock->setWidget(panel);
    dock->setAccessibleName(title(view));
    m_docks[static_cast<std::size_t>(view)] = dock;
}

QWidget *Workspace::panel(View view) const
{
    return dock(view) ? dock(view)->widget() : nullptr;
}

void Workspace::bring(View view)
{
    QDockWidget *wanted = dock(view);
    if (!wanted)
        return;
    wanted->show();
    wanted->raise();
    QWidget *panel = wanted->widget();
    // A panel that accepts no focus passes the focus to its first child that accepts it.
    QWidget *target = panel;
    while (target->focusPolicy() == Qt::NoFocus) {
        target = target->nextInFocusChain();
        if (!panel->isAncestorOf(target))
            return;
    }
    target->setFocus(Qt::ShortcutFocusReason);
}

void Workspace::resetLayout()
{
    for (QDockWidget *dock : m_docks) {
        if (!dock)
            continue;
        dock->setFloating(false);
        removeDockWidget(dock);
    }
    QDockWidget *overview = dock(View::Overview);
    QDockWidget *detail = dock(View::Detail);
    if (overview)
        addDockWidget(Qt::TopDockWidgetArea, overview);
    QDockWidget *first = nullptr;
    for (const View view :
         {View::Jobs, View::Lanes, View::Latency, View::Callbacks, View::History, View::DeadLetters}) {
        QDockWidget *next = dock(view);
        if (!next)
            continue;
        if (first) {
            tabifyDockWidget(first, next);
            continue;
        }
        first = next;
        if (overview)
            splitDockWidget(overview, first, Qt::Vertical);
        else
            addDockWidget(Qt::TopDockWidgetArea, first);
        // Split the area before other docks are stacked in it, because splitting a stack would only add a
        // tab.
        if (detail)
            splitDockWidget(first, detail, Qt::Horizontal);
    }
    for (QDockWidget *dock : m_docks) {
        if (dock)
            dock->show();
    }
    if (first)
        first->raise();
    m_wantsSizes = true;
    if (isVisible())
        applySizes();
}

void Workspace::applySizes()
{
    m_wantsSizes = false;
    if (dock(View::Overview) && dock(View::Jobs))
        resizeDocks({dock(View::Overview), dock(View::Jobs)},
                    {kOverviewHeight, std::max(height() - kOverviewHeight, kOverviewHeight)}, Qt::Vertical);
    if (dock(View::Detail) && dock(View::Jobs))
        resizeDocks({dock(View::Jobs), dock(View::Detail)},
                    {std::max(width() - kDetailWidth, kDetailWidth), kDetailWidth}, Qt::Horizontal);
}

void Workspace::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    // The docks get their geometry in the next event loop turn.
    if (m_wantsSizes)
        QTimer::singleShot(0, this, &Workspace::applySizes);
}

bool Workspace::restoreLayout(const QByteArray &layout)
{
    if (!layout.isEmpty() && restoreState(layout, kLayoutVersion))
        return true;
    resetLayout();
    return false;
}

void Workspace::setStale(bool stale)
{
    if (m_stale == stale)
        return;
    m_stale = stale;
    paintStale();
}

void Workspace::paintStale()
{
    if (!m_stale) {
        setPalette({});
        return;
    }
    const QPalette usual = parentWidget()->palette();
    QPalette pale = usual;
    // The pale text must stay readable, because the user may need the outdated data.
    const QColor ink = Theme(usual)[Ink::AxisText];
    for (const auto group : {QPalette::Active, QPalette::Inactive}) {
        for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
            pale.setColor(group, role, ink);
    }
    setPalette(pale);
}

void Workspace::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::ParentChange)
        return;
    if (event->type() == QEvent::ApplicationPaletteChange && m_stale)
        paintStale();
}

}  // namespace holdline::monitor
