// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/picture.h"

#include "monitor/window/workspace.h"

#include <QApplication>
#include <QImageWriter>
#include <QTimer>

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

/// Time for a view to update after it has come to the front.
constexpr std::chrono::milliseconds kToSettle{2000};
/// Number of recently ended jobs among which arrange() selects one.
constexpr std::ptrdiff_t kSearched = 200;

}  // namespace

PictureTaker::PictureTaker(MainWindow &window, const Options &options) : m_window(&window), m_options(options)
{
    // Arrange the window late: only visible docks can come to the front, and jobs must have arrived.
    QTimer::singleShot(std::max(options.pictureAfter / 2, options.pictureAfter - kToSettle), this,
                       &PictureTaker::arrange);
    QTimer::singleShot(options.pictureAfter, this, &PictureTaker::take);
}

void PictureTaker::arrange()
{
    const auto view = viewNamed(m_options.pictureView);
    if (!m_window || !view)
        return;
    m_window->workspace().bring(*view);
    if (*view != View::Detail)
        return;
    // The detail view needs a job. Among the last ended jobs, select the job with the most attempts, because
    // it shows most.
    const auto &history = m_window->data().history();
    JobPtr job;
    for (auto it = history.rbegin(); it != history.rend() && it - history.rbegin() < kSearched; ++it) {
        if (!job || (*it)->attempts > job->attempts)
            job = *it;
    }
    if (job)
        m_window->selectJob(job->id);
}

void PictureTaker::take()
{
    if (!m_window)
        return;
    QImageWriter writer(m_options.picture, "png");
    if (!writer.write(m_window->grab().toImage()))
        m_result = {kExitCannotCreate, m_options.picture + u": "_s + writer.errorString()};
    else if (!m_window->data().service())
        m_result = {kExitUnavailable,
                    u"the picture was taken, but it shows no data: no service or recording was open yet"_s};
    else
        m_result = {};
    QApplication::quit();
}

}  // namespace holdline::monitor
