// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcessEnvironment>
#include <QString>

namespace holdline {

/// Where the store's file goes when nobody says: holdline.db in what systemd made for this service
/// ($STATE_DIRECTORY, of several the first), else in the user's state folder ($XDG_STATE_HOME/holdline, or
/// ~/.local/state/holdline). Empty where there is neither. Pure.
QString usualStorePath(const QProcessEnvironment &environment);

}  // namespace holdline
