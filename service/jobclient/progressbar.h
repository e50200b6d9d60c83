// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>

namespace holdline {

/// Returns a line of `columns` characters, without a line end, such as
/// "25 / 50 [=================>-----------------] 50.00 % 12s".
QByteArray progressLine(int done, int total, std::chrono::nanoseconds elapsed, int columns);

/// Draws the line of progressLine() repeatedly when stdout is a terminal. Does nothing otherwise.
class ProgressBar
{
public:
    ProgressBar();

    /// Draws at most ten times a second, but always when all jobs are done.
    void show(int done, int total, std::chrono::nanoseconds elapsed);
    /// Keeps the line on the terminal, and adds an empty line below it.
    void end();

private:
    bool m_on = false;
    int m_columns = 80;
    bool m_shown = false;
    std::chrono::nanoseconds m_lastShown{0};
};

}  // namespace holdline
