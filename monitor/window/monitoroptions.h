// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <variant>

namespace holdline::monitor {

inline const QString kProgram = QStringLiteral("holdline-monitor");

enum class Colours { Desktop, Light, Dark };

/// What holdline-monitor is asked to show. Plain data.
struct Options
{
    QString socket;     ///< path of the service's local socket; empty: none is known
    QString recording;  ///< path of a recording to play instead

    Colours colours = Colours::Desktop;
    QString picture;  ///< a PNG to write before leaving; empty: the window stays
    std::chrono::milliseconds pictureAfter{10'000};
    QString pictureView;  ///< the view to bring to the front for it, by its word; empty: as it is
};

/// `arguments` begin with the program's name. Looks at no file.
std::variant<Options, Exit> parseCommandLine(const QStringList &arguments);

/// Where the service's socket is when nobody says: what $HOLDLINE_MONITOR_SOCKET names, as it does for the
/// service, else where the service puts it by default; empty when the environment names no place.
QString defaultSocket();

}  // namespace holdline::monitor
