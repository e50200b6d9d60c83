// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/commandline.h"
#include "core/config/loadconfig.h"
#include "core/config/setting.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace holdline {

/// holdline's command line. The values of options are not checked yet.
struct Flags
{
    Settings settings;
    ConfigCommand command = ConfigCommand::Run;
    QString configFile;              ///< empty without `--config`
    QStringList secrets;             ///< each `--secret`
    bool insecureCallbacks = false;  ///< `--insecure-callbacks`
};

/// Returns the flags of all options, --config, --secret and --insecure-callbacks, for a CommandLine that may
/// have further flags. They have no help texts, so CommandLine hides them in --help; helpText() describes
/// them. Their values are written to `flags`, which must outlive the CommandLine.
std::vector<CommandLineOption> configOptions(Flags &flags);

/// Reads holdline's command line. `arguments` are the arguments after the name of the program. Each flag may
/// be given once; `--secret` and the flags of lists may be given several times. Errors are in
/// Flags::settings.
Flags readFlags(const QStringList &arguments);

}  // namespace holdline
