// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/shortcutsheet.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QFontDatabase>
#include <QGridLayout>
#include <QKeySequence>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QSet>
#include <QVBoxLayout>

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

/// Removes the mnemonic "&" and the ellipsis "…" from an action's text.
QString plain(QString text)
{
    text.remove(u'&');
    text.remove(u'…');
    return text;
}

/// Returns the title of the view that has the action. Empty for an action of the window.
QString viewOf(const QAction *action)
{
    for (const QObject *parent = action->parent(); parent; parent = parent->parent()) {
        if (const auto *dock = qobject_cast<const QDockWidget *>(parent))
            return dock->windowTitle();
    }
    return {};
}

void addRow(QList<ShortcutRow> &rows, QSet<const QAction *> &seen, const QString &group,
            const QAction *action)
{
    if (action->shortcuts().isEmpty() || action->isSeparator() || seen.contains(action))
        return;
    seen.insert(action);
    rows.append({group, QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText),
                 plain(action->text())});
}

void addMenu(QList<ShortcutRow> &rows, QSet<const QAction *> &seen, const QString &group, const QMenu *menu)
{
    const auto actions = menu->actions();
    for (const QAction *action : actions) {
        if (action->menu())
            addMenu(rows, seen, group, action->menu<QMenu *>());
        else
            addRow(rows, seen, group, action);
    }
}

}  // namespace

QList<ShortcutRow> shortcutsOf(const QWidget *window)
{
    QList<ShortcutRow> rows;
    QSet<const QAction *> seen;
    if (const auto *bar = window->findChild<QMenuBar *>()) {
        const auto menus = bar->actions();
        for (const QAction *menu : menus)
            addMenu(rows, seen, plain(menu->text()), menu->menu<QMenu *>());
    }
    // List a shortcut that several views share only once.
    QList<ShortcutRow> ofViews;
    const auto docks = window->findChildren<QDockWidget *>();
    for (const QDockWidget *dock : docks) {
        const auto actions = dock->findChildren<QAction *>();
        for (const QAction *action : actions)
            addRow(ofViews, seen, viewOf(action), action);
    }
    const auto isShared = [&](const ShortcutRow &row) {
        return std::count_if(ofViews.begin(), ofViews.end(), [&](const ShortcutRow &other) {
                   return other.keys == row.keys && other.effect == row.effect;
               }) > 1;
    };
    QSet<QString> listed;
    for (const ShortcutRow &row : std::as_const(ofViews)) {
        if (isShared(row) && !listed.contains(row.keys + row.effect)) {
            listed.insert(row.keys + row.effect);
            rows.append({ShortcutSheet::tr("In tables"), row.keys, row.effect});
        }
    }
    for (const ShortcutRow &row : std::as_const(ofViews)) {
        if (!isShared(row))
            rows.append(row);
    }
    const auto others = window->findChildren<QAction *>();
    for (const QAction *action : others) {
        if (viewOf(action).isEmpty())
            addRow(rows, seen, ShortcutSheet::tr("Everywhere"), action);
    }
    const auto addPair = [&rows](const QKeySequence &one, const QKeySequence &other, const QString &effect) {
        const QString keys =
            one.toString(QKeySequence::NativeText) + u", "_s + other.toString(QKeySequence::NativeText);
        rows.append({ShortcutSheet::tr("In charts"), keys, effect});
    };
    addPair(Qt::Key_Left, Qt::Key_Right, ShortcutSheet::tr("Move the cursor"));
    addPair(Qt::SHIFT | Qt::Key_Left, Qt::SHIFT | Qt::Key_Right, ShortcutSheet::tr("Select a time range"));
    addPair(Qt::CTRL | Qt::Key_Left, Qt::CTRL | Qt::Key_Right,
            ShortcutSheet::tr("Move to earlier or later times"));
    addPair(Qt::Key_Plus, Qt::Key_Minus, ShortcutSheet::tr("Zoom in or out"));
    addPair(Qt::Key_Home, Qt::Key_End, ShortcutSheet::tr("Move the cursor to the ends"));
    return rows;
}

ShortcutSheet::ShortcutSheet(QWidget *window) : QDialog(window)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Shortcuts"));
    auto *content = new QWidget;
    auto *grid = new QGridLayout(content);
    grid->setColumnStretch(1, 1);
    grid->setHorizontalSpacing(24);
    QString group;
    int line = 0;
    const QList<ShortcutRow> rows = shortcutsOf(window);
    for (const ShortcutRow &row : rows) {
        if (row.group != group) {
            group = row.group;
            auto *heading = new QLabel(group);
            QFont bold = heading->font();
            bold.setBold(true);
            heading->setFont(bold);
            heading->setContentsMargins(0, line == 0 ? 0 : 10, 0, 2);
            grid->addWidget(heading, line++, 0, 1, 2);
        }
        auto *keys = new QLabel(row.keys);
        keys->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        grid->addWidget(keys, line, 0);
        grid->addWidget(new QLabel(row.effect), line++, 1);
    }
    grid->setRowStretch(line, 1);
    auto *scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setAccessibleName(tr("Keys and their effects"));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(scroll);
    layout->addWidget(buttons);
    resize(520, 640);
}

}  // namespace holdline::monitor
