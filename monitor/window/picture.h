// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/mainwindow.h"
#include "monitor/window/monitoroptions.h"

#include <QObject>
#include <QPointer>

namespace holdline::monitor {

/// Implements --picture: waits, writes a picture of the window to a file, and ends the program. The window
/// has the default layout, and the settings do not change.
class PictureTaker : public QObject
{
    Q_OBJECT

public:
    /// `options.picture` must not be empty.
    PictureTaker(MainWindow &window, const Options &options);

    /// The result, after the application's event loop has ended.
    Exit result() const { return m_result; }

private:
    void arrange();
    void take();

    QPointer<MainWindow> m_window;
    Options m_options;
    Exit m_result{kExitCannotCreate, QStringLiteral("the window was closed before the picture was taken")};
};

}  // namespace holdline::monitor
