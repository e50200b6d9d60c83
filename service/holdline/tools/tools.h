// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"

#include <QStringList>

#include <optional>

/// `holdline profiles`, `holdline explain` and `holdline check-callback`. They start no service. Each reads
/// the arguments behind its name, and returns its text and exit code. Code 1 means that a request or callback
/// would not be taken.
namespace holdline::tools {

Exit profiles(const QStringList &arguments);
Exit explain(const QStringList &arguments);
Exit checkCallback(const QStringList &arguments);

/// Runs the tool that the first of the arguments behind the program's name names, prints its text, and
/// returns the exit code. Empty when it names none. Makes a QCoreApplication of its own.
std::optional<int> runTool(int argc, char **argv);

/// One line for each tool, for `holdline --help`.
QString toolsText();

}  // namespace holdline::tools
