// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "service/jobserver/jobserveroptions.h"

#include <QStringList>

#include <variant>

namespace holdline::jobserver {

struct ServeCommand
{
    ListenAddress listen{QStringLiteral("127.0.0.1"), 3740};
    JobServerOptions options;
};

/// Reads `arguments`, which begin with the program's name. Returns an Exit for --help, --version and any
/// error. Makes a random seed and secret when they are not given.
std::variant<ServeCommand, Exit> parseCommandLine(const QStringList &arguments);

}  // namespace holdline::jobserver
