// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>

namespace holdline {

/// One line of `columns` characters, without a line end:
/// "25 / 50 [=================>-----------------] 50.00 % 12s".
QByteArray progressLine(int done, int total, std::chrono::nanoseconds elapsed, int columns);

/// Draws that line again and again on stdout, when stdout is a terminal; does nothing otherwise.
class ProgressBar
{
public:
    ProgressBar();

    bool isOn() const { return m_on; }
    /// At most ten times a second, unless it is the last one.
    void show(int done, int total, std::chrono::nanoseconds elapsed);
    /// Leaves the line standing, and an empty one below it.
    void end();

private:
    bool m_on = false;
    int m_columns = 80;
    bool m_shown = false;
    std::chrono::nanoseconds m_lastShown{0};
};

}  // namespace holdline
