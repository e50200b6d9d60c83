// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/mainwindow.h"
#include "monitor/window/monitoroptions.h"

#include <QObject>
#include <QPointer>

namespace holdline::monitor {

/// Writes the picture that --picture asks for when its time has come, then ends the program. The window
/// looks as for a new user, and what is remembered stays as it was.
class PictureTaker : public QObject
{
    Q_OBJECT

public:
    /// `options` are those with a picture.
    PictureTaker(MainWindow &window, const Options &options);

    /// Once the application has ended: how it went.
    Exit result() const { return m_result; }

private:
    void arrange();
    void take();

    QPointer<MainWindow> m_window;
    Options m_options;
    Exit m_result{kExitCannotCreate, QStringLiteral("the window was closed before its picture was taken")};
};

}  // namespace holdline::monitor
