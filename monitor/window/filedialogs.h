// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace holdline::monitor {

/// The window's questions for a file; `chosen` gets its path, later, and not at all when the user thinks
/// better of it. Where recordings go is remembered.
using PathChosen = std::function<void(const QString &path)>;

/// The local socket of a service; begins in the folder of `now`.
void askSocket(QWidget *window, const QString &now, PathChosen chosen);
/// A recording to be played.
void askRecording(QWidget *window, PathChosen chosen);
/// Where to record to.
void askNewRecording(QWidget *window, PathChosen chosen);

/// The folder of this file is where the next question begins.
void rememberFolder(const QString &path);

}  // namespace holdline::monitor
