// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "service/jobclient/loadgenerator.h"

#include <QStringList>

#include <variant>

namespace holdline::jobclient {

/// Runs jobs and reports.
struct RunCommand
{
    LoadOptions load;
    bool json = false;
};

/// Checks a proof block.
struct VerifyCommand
{
    QString file;  ///< "-" means stdin
    std::chrono::milliseconds limit = 5s;
    bool json = false;
};

/// Reads `arguments`, which begin with the program's name. Returns an Exit for --help, --version and any
/// error.
std::variant<RunCommand, VerifyCommand, Exit> parseCommandLine(const QStringList &arguments);

}  // namespace holdline::jobclient
