// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>

namespace holdline::monitor {

/// A key and what it does, under the heading of where it works.
struct ShortcutRow
{
    QString place;
    QString keys;
    QString what;
};

/// Of all actions with keys among the window's children: those of its menus under the menu's name, those of a
/// view under the view's title, those that several views share together. What charts and tables do with keys
/// of their own is added in words. In the order of the menus, then of the views.
QList<ShortcutRow> shortcutsOf(const QWidget *window);

/// All of them on one sheet. Not modal: it may stay open beside the window.
class ShortcutSheet : public QDialog
{
    Q_OBJECT

public:
    explicit ShortcutSheet(QWidget *window);
};

}  // namespace holdline::monitor
