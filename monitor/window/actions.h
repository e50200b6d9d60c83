// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QObject>

class QWidget;

namespace holdline::monitor {

/// What a window can be asked to do, with its text, its sign and its keys; the window connects them. All are
/// children of the window and work in all of it.
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
