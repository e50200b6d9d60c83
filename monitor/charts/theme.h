// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QColor>
#include <QFont>
#include <QPalette>

#include <cstdint>

namespace holdline::monitor {

/// The meaning of a colour. Theme has the colour for each meaning.
enum class Ink : std::uint8_t {
    // States of a job. The phases queue, start and job have the colours of queued, starting and running.
    Queued,
    Retrying,
    Starting,
    Running,
    Unconfirmed,
    EndedOk,
    EndedFailed,
    Answer,  ///< the time from the callback to the response
    // Severity
    Good,
    Warn,
    Bad,
    // Charts
    Line,      ///< the line of a chart with a single line
    Deadline,  ///< the deadline's line
    Selection,
    Grid,      ///< faint, exempt from the contrast of marks
    Axis,      ///< lines of axes
    AxisText,  ///< labels of axes and legends
    Text,
};
inline constexpr int kInkCount = static_cast<int>(Ink::Text) + 1;

/// The colours of all inks, in two fixed tables. The palette's base colour alone decides whether the table
/// for a light base or for a dark base is used. The colours are Okabe and Ito's, which people with any colour
/// vision can distinguish. On white and on the dark palette's base, marks have a contrast of at least 3:1 and
/// text 4.5:1; on a middle grey it is less. A value type, cheap enough to create per paint event.
/// Thread-safe.
class Theme
{
public:
    explicit Theme(const QPalette &palette);

    bool isDark() const { return m_dark; }
    QColor base() const { return m_base; }
    QColor operator[](Ink ink) const;
    /// Returns the ink's colour with enough contrast for text on the base.
    QColor readable(Ink ink) const;
    /// Returns a mix of the ink and the base, for areas. `share` is the share of the ink, 0 to 1.
    QColor tint(Ink ink, double share) const;
    /// Returns the heat map's colour for a share of the maximum, 0 to 1. Its lightness changes evenly, so the
    /// order is visible in grey too: darker with the count on a light base, lighter on a dark one.
    QColor heat(double share) const;

private:
    QColor m_base;
    bool m_dark;
};

/// The ink of a state. RowState::Ended has EndedOk.
Ink inkOf(RowState state);
/// The ink of a phase. Phase::Total has Line.
Ink inkOf(Phase phase);
Ink inkOf(CallbackOutcome outcome);
/// True when the job ended without an error.
bool endedWell(const JobRow &row);

/// Returns a font of the same size whose digits all have one width, so that changing numbers do not move.
/// Returns `font` itself if it has such digits.
QFont tabularFont(const QFont &font);
bool hasTabularDigits(const QFont &font);
/// The font for labels in charts: slightly smaller than the widget's font, but at least 8 points.
QFont chartFont(const QFont &font);

}  // namespace holdline::monitor
