// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/progressbar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace holdline {

namespace {

/// Whole seconds as Go prints them: "5s", "1m5s", "1h0m5s".
QByteArray wholeSeconds(std::chrono::nanoseconds elapsed)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(elapsed).count();
    QByteArray text;
    if (seconds >= 3600)
        text += QByteArray::number(seconds / 3600) + 'h';
    if (seconds >= 60)
        text += QByteArray::number(seconds / 60 % 60) + 'm';
    return text + QByteArray::number(seconds % 60) + 's';
}

}  // namespace

QByteArray progressLine(int done, int total, std::chrono::nanoseconds elapsed, int columns)
{
    const double share = total > 0 ? static_cast<double>(done) / total : 1;
    const QByteArray before = QByteArray::number(done) + " / " + QByteArray::number(total) + " [";
    const QByteArray after = "] " + QByteArray::number(share * 100, 'f', 2) + " % " + wholeSeconds(elapsed);
    const qsizetype room = std::max<qsizetype>(columns - before.size() - after.size(), 0);
    const auto filled = static_cast<qsizetype>(share * static_cast<double>(room));
    QByteArray bar(filled, '=');
    if (filled < room)
        bar += '>' + QByteArray(room - filled - 1, '-');
    return before + bar + after;
}

ProgressBar::ProgressBar() : m_on(isatty(STDOUT_FILENO) == 1)
{
    winsize size{};
    if (m_on && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        m_columns = std::min<int>(size.ws_col, 200);
}

void ProgressBar::show(int done, int total, std::chrono::nanoseconds elapsed)
{
    constexpr std::chrono::milliseconds kPause{100};
    if (!m_on || (m_shown && done < total && elapsed - m_lastShown < kPause))
        return;
    m_shown = true;
    m_lastShown = elapsed;
    std::fputs(("\r" + progressLine(done, total, elapsed, m_columns)).constData(), stdout);
    std::fflush(stdout);
}

void ProgressBar::end()
{
    if (m_shown)
        std::fputs("\n\n", stdout);
}

}  // namespace holdline
