// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/commandline.h"
#include "service/holdline/tools/callbackcheck.h"
#include "service/holdline/tools/savedrequest.h"

#include <QString>

#include <variant>
#include <vector>

namespace holdline::tools {

/// The command-line options about saved callbacks.
struct CallbackOptions
{
    QString job;
    QString keys;  ///< a file
    QString peer;  ///< an IP address
    std::optional<WallTime> now;
    RequestParts parts;

    /// Returns the flags. They write into this object.
    std::vector<CommandLineOption> table();
};

/// Returns the flag `--header`, which may be repeated.
CommandLineOption headerOption(RequestParts &parts);

/// Reads and checks saved callbacks of one route. Exit::code is 1 when one of them would be refused. Fetches
/// the route's keys by HTTP, unless `options.keys` names a file.
Exit judgeFiles(const QStringList &files, const Config &config, const Route &route,
                const CallbackOptions &options);

}  // namespace holdline::tools
