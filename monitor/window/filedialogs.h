// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace holdline::monitor {

/// Receives the selected path. It is not called when the user cancels. The functions below return at once.
using PathChosen = std::function<void(const QString &path)>;

/// Asks for the local socket of a service. The dialog opens in the folder of `now`.
void askSocket(QWidget *window, const QString &now, PathChosen chosen);
/// Asks for a recording to play.
void askRecording(QWidget *window, PathChosen chosen);
/// Asks for the file of a new recording.
void askNewRecording(QWidget *window, PathChosen chosen);

/// Saves the folder of `path` in the settings. The next dialog for a recording opens there.
void saveFolder(const QString &path);

}  // namespace holdline::monitor
