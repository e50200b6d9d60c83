// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>

namespace holdline::monitor {

/// One shortcut of the window.
struct ShortcutRow
{
    QString group;  ///< the menu or view where the shortcut works
    QString keys;
    QString effect;
};

/// Returns the shortcuts of all actions of the window: first by menu, then the shortcuts that several views
/// share, then by view. Adds the fixed keys of the charts.
QList<ShortcutRow> shortcutsOf(const QWidget *window);

/// A dialog with all shortcuts. Not modal, so it can stay open beside the window.
class ShortcutSheet : public QDialog
{
    Q_OBJECT

public:
    explicit ShortcutSheet(QWidget *window);
};

}  // namespace holdline::monitor
