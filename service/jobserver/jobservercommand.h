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

/// `arguments` with the program's name first. An Exit for --help, --version and whatever is wrong. Seed and
/// secret are made at random when they are not given.
std::variant<ServeCommand, Exit> parseCommandLine(const QStringList &arguments);

}  // namespace holdline::jobserver
