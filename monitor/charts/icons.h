// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/theme.h"

#include <QIcon>
#include <QStringList>

/// The monitor's own icons: line drawings on a grid of 24, sharp at any size and pixel ratio. They are drawn
/// in the application palette's text colour (or an ink) at the moment they are painted, so that they follow a
/// change from light to dark by themselves. Thread: the window's.
namespace holdline::monitor {

/// By name, see iconNames(); null, with a warning, for another name.
QIcon icon(const QString &name);
/// The same in a colour of the theme.
QIcon icon(const QString &name, Ink ink);

/// Each state has a shape of its own, in its colour.
QIcon icon(RowState state);
/// As above; a tick or a cross for ended ones.
QIcon icon(const JobRow &row);
QIcon icon(CallbackOutcome word);
/// An envelope, or a job that failed.
QIcon icon(const DeadLetterRow &row);
/// The program's, in its own colours.
QIcon appIcon();

/// All names icon() knows.
QStringList iconNames();

/// Words for people: "Queued", "Waits to retry", …
QString stateText(RowState state);
/// "Matched", "Early", …; a dash for CallbackOutcome::None.
QString callbackText(CallbackOutcome word);

}  // namespace holdline::monitor
