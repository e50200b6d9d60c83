// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QObject>

class QWidget;

namespace holdline::monitor {

/// The actions of a window, with text, icon and shortcut. The window owns and connects them. The shortcuts
/// work in the whole window.
struct Actions
{
    explicit Actions(QWidget *window);

    QAction *newWindow;
    QAction *connectTo;
    QAction *openRecording;
    QAction *record;  ///< checkable
    QAction *closeWindow;
    QAction *quit;

    QAction *freeze;  ///< checkable
    QAction *filter;
    QAction *clearRange;
    QAction *resetLayout;

    QAction *retry;
    QAction *drain;

    QAction *shortcuts;
    QAction *about;
};

}  // namespace holdline::monitor
