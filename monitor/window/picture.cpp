// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/picture.h"

#include "monitor/window/workspace.h"

#include <QApplication>
#include <QImageWriter>
#include <QPixmap>
#include <QTimer>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

PictureTaker::PictureTaker(MainWindow &window, const Options &options) : m_window(&window), m_options(options)
{
    window.workspace().resetLayout();
    if (const auto view = viewFor(options.pictureView))
        window.workspace().bring(*view);
    QTimer::singleShot(options.pictureAfter, this, &PictureTaker::take);
}

void PictureTaker::take()
{
    if (!m_window)
        return;
    QImageWriter writer(m_options.picture, "png");
    if (!writer.write(m_window->grab().toImage()))
        m_result = {Exit::CannotCreate, m_options.picture + u": "_s + writer.errorString()};
    else if (!m_window->data().service())
        m_result = {Exit::Unavailable, u"the picture was taken, but no service or recording was there yet"_s};
    else
        m_result = {};
    QApplication::quit();
}

}  // namespace holdline::monitor
