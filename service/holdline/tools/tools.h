// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"

#include <QStringList>

#include <optional>

/// `holdline profiles`, `holdline explain` and `holdline check-callback`. They do not start the service. Each
/// function reads the arguments after the tool's name, and returns a text and an exit code. Code 1 means that
/// a request or callback would be refused.
namespace holdline::tools {

Exit profiles(const QStringList &arguments);
Exit explain(const QStringList &arguments);
Exit checkCallback(const QStringList &arguments);

/// Runs the tool that the first argument names, prints its text, and returns the exit code. Returns nothing
/// when the argument names no tool. Creates a QCoreApplication.
std::optional<int> runTool(int argc, char **argv);

/// Returns one line for each tool, for `holdline --help`.
QString toolsText();

}  // namespace holdline::tools
