// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "service/jobclient/loadgenerator.h"

#include <QStringList>

#include <variant>

namespace holdline::jobclient {

/// Run jobs and report.
struct RunCommand
{
    LoadOptions load;
    bool json = false;
};

/// Check a proof block.
struct VerifyCommand
{
    QString file;  ///< "-" is stdin
    std::chrono::milliseconds limit = 5s;
    bool json = false;
};

/// `arguments` with the program's name first. An Exit for --help, --version and whatever is wrong.
std::variant<RunCommand, VerifyCommand, Exit> parseCommandLine(const QStringList &arguments);

}  // namespace holdline::jobclient
