// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcessEnvironment>
#include <QString>

namespace holdline {

/// The default path of the store's file: holdline.db in the folder that systemd made for this service
/// ($STATE_DIRECTORY, of several the first). Otherwise in the user's state folder ($XDG_STATE_HOME/holdline
/// or ~/.local/state/holdline). Empty when neither exists. Pure.
QString usualStorePath(const QProcessEnvironment &environment);

}  // namespace holdline
