// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/theme.h"

#include <QIcon>
#include <QString>

/// The monitor's icons: line drawings on a grid of 24. Each painting uses the present colour of the palette
/// or of the ink, so icons follow a change between light and dark. Thread: the window's.
namespace holdline::monitor {

/// The icon of a file in resources/icons, by its name without the suffix. Logs a warning and returns a null
/// icon for another name.
QIcon icon(const QString &name);
/// The icon of a file in resources/icons, painted in a colour of the theme.
QIcon icon(const QString &name, Ink ink);

/// The icon of a job's state. Each state has its own shape and colour.
QIcon icon(RowState state);
/// The icon of a job: its state's icon, or for an ended job a tick or a cross.
QIcon icon(const JobRow &row);
QIcon icon(CallbackOutcome outcome);
/// The icon of a dead letter: an envelope for a callback, or the icon of a failed job for a job.
QIcon icon(const DeadLetterRow &row);
/// The program's icon, in fixed colours.
QIcon appIcon();

/// The state's name for the user: "Queued", "Waits to retry", …
QString stateText(RowState state);
/// The outcome's name for the user: "Matched", "Early", …; a dash for CallbackOutcome::None.
QString callbackText(CallbackOutcome outcome);

}  // namespace holdline::monitor
