// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/commandline.h"
#include "service/holdline/tools/callbackcheck.h"
#include "service/holdline/tools/savedrequest.h"

#include <QString>

#include <variant>
#include <vector>

namespace holdline::tools {

/// What the command line says about saved callbacks.
struct CallbackOptions
{
    QString job;
    QString keys;  ///< a file
    QString peer;  ///< an IP address
    std::optional<WallTime> now;
    RequestParts parts;

    /// The flags. They write into this object.
    std::vector<CommandLineOption> table();
};

/// The flag `--header`, which may be repeated.
CommandLineOption headerOption(RequestParts &parts);

/// Reads and judges saved callbacks of one route. `code` is 1 when one of them is refused. Fetches the keys
/// of the route when no file has them.
Exit judgeFiles(const QStringList &files, const Config &config, const Route &route,
                const CallbackOptions &options);

}  // namespace holdline::tools
