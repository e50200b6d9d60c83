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

/// The command line options of holdline-monitor.
struct Options
{
    QString socket;     ///< path of the service's local socket; empty when unknown
    QString recording;  ///< path of a recording to play; empty for a service

    Colours colours = Colours::Desktop;
    QString picture;  ///< path of a PNG to write before the program ends; empty for no picture
    std::chrono::milliseconds pictureAfter{10'000};
    QString pictureView;  ///< name of the view in front of the picture; empty for the default
};

/// Parses the command line. `arguments` begins with the program's name. Does not access the named files.
std::variant<Options, Exit> parseCommandLine(const QStringList &arguments);

/// Returns the socket's path for a command line without --connect: $HOLDLINE_MONITOR_SOCKET if set, else
/// defaultSocketPath(). When no file is at that default path, but the socket of a service that systemd runs
/// exists, returns the path of that socket. Empty when the environment defines no path.
QString defaultSocket();

}  // namespace holdline::monitor
