// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/picture.h"

#include "monitor/window/workspace.h"

#include <QApplication>
#include <QImageWriter>
#include <QPixmap>
#include <QTimer>

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

/// For a view that has come to the front.
constexpr std::chrono::milliseconds kToSettle{2000};
/// Ended jobs among which the one to be shown is sought.
constexpr std::ptrdiff_t kLookedAt = 200;

}  // namespace

PictureTaker::PictureTaker(MainWindow &window, const Options &options) : m_window(&window), m_options(options)
{
    // By then there is something to look at, as a rule; docks come to the front only of what is shown.
    QTimer::singleShot(std::max(options.pictureAfter / 2, options.pictureAfter - kToSettle), this,
                       &PictureTaker::arrange);
    QTimer::singleShot(options.pictureAfter, this, &PictureTaker::take);
}

void PictureTaker::arrange()
{
    const auto view = viewFor(m_options.pictureView);
    if (!m_window || !view)
        return;
    m_window->workspace().bring(*view);
    if (*view != View::Detail)
        return;
    // A detail of nothing is no picture. Of the jobs that ended last, the one that took most starts tells
    // most.
    const auto &history = m_window->data().history();
    JobPtr told;
    for (auto it = history.rbegin(); it != history.rend() && it - history.rbegin() < kLookedAt; ++it) {
        if (!told || (*it)->attempts > told->attempts)
            told = *it;
    }
    if (told)
        m_window->selectJob(told->id);
}

void PictureTaker::take()
{
    if (!m_window)
        return;
    QImageWriter writer(m_options.picture, "png");
    if (!writer.write(m_window->grab().toImage()))
        m_result = {kExitCannotCreate, m_options.picture + u": "_s + writer.errorString()};
    else if (!m_window->data().service())
        m_result = {kExitUnavailable, u"the picture was taken, but no service or recording was there yet"_s};
    else
        m_result = {};
    QApplication::quit();
}

}  // namespace holdline::monitor
