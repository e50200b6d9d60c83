// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcessEnvironment>
#include <QString>

namespace holdline {

/// Returns the default path of the store's file: holdline.db in the folder that systemd made for this service
/// ($STATE_DIRECTORY, of several the first), otherwise in the user's state folder ($XDG_STATE_HOME/holdline
/// or ~/.local/state/holdline). Empty when neither of these variables nor $HOME is an absolute path. Pure.
QString usualStorePath(const QProcessEnvironment &environment);

}  // namespace holdline
