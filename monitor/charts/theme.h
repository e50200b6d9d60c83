// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QColor>
#include <QFont>
#include <QPalette>

#include <cstdint>

namespace holdline::monitor {

/// What a colour stands for.
enum class Ink : std::uint8_t {
    // A job's states; queue, start and job as phases have the colours of queued, starting and running.
    Queued,
    Retrying,
    Starting,
    Running,
    Unconfirmed,
    EndedOk,
    EndedFailed,
    Answer,  ///< the time from the callback to the answer
    // Judgements
    Good,
    Warn,
    Bad,
    // Charts
    Line,      ///< the one line of a chart that has only one
    Deadline,  ///< the deadline's line
    Selection,
    Grid,      ///< faint on purpose: not a mark
    Axis,      ///< axes' lines
    AxisText,  ///< labels of axes and legends
    Text,
};
inline constexpr int kInkCount = static_cast<int>(Ink::Text) + 1;

/// The named colours that go with a light or a dark base: two fixed tables. They are Okabe and Ito's, which
/// people with any colour vision can tell apart. Marks have a contrast of 3 : 1 at least on white and on the
/// dark palette's base, texts 4.5 : 1; on a base of a middle grey it is less. A value that is cheap enough to
/// make per paint. Thread-safe.
class Theme
{
public:
    explicit Theme(const QPalette &palette);

    bool isDark() const { return m_dark; }
    QColor base() const { return m_base; }
    QColor operator[](Ink ink) const;
    /// The colour as text needs it to be read on the base.
    QColor readable(Ink ink) const;
    /// The ink thinned with the base: areas below a line. `share` of ink, 0 to 1.
    QColor tint(Ink ink, double share) const;
    /// From "hardly any" (0) to "most" (1), evenly for the eye, and in grey too; on a light base it darkens
    /// with the count, on a dark one it gets lighter.
    QColor heat(double share) const;

private:
    QColor m_base;
    bool m_dark;
};

/// The colour of a job in that state; ended ones by whether they ended well.
Ink inkOf(const JobRow &row);
/// As above; an ended job counts as one that ended well.
Ink inkOf(RowState state);
/// Colour of a phase; Phase::Total has the line's.
Ink inkOf(Phase phase);
Ink inkOf(CallbackOutcome word);
/// Whether the service did what it was asked for.
bool endedWell(const JobRow &row);

/// The font if all its digits have one width, so that numbers stand still and line up; else one that has, at
/// the same size.
QFont tabularFont(const QFont &font);
bool hasTabularDigits(const QFont &font);
/// Of labels in charts: a little smaller than the widget's, never below 8 points' worth of pixels.
QFont chartFont(const QFont &font);

}  // namespace holdline::monitor
