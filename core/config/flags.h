// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/commandline.h"
#include "core/config/loadconfig.h"
#include "core/config/setting.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace holdline {

/// holdline's command line, read but not checked.
struct Flags
{
    Settings settings;
    ConfigCommand command = ConfigCommand::Run;
    QString configFile;              ///< empty without `--config`
    QStringList secrets;             ///< each `--secret`
    bool insecureCallbacks = false;  ///< `--insecure-callbacks`
};

/// The flags of a configuration, for a command line that has others too. They have no text for --help, where
/// helpText() describes them. `flags` must outlive them.
std::vector<CommandLineOption> configOptions(Flags &flags);

/// `arguments` are the arguments after the name of the program. Each flag may be given once, `--secret` and
/// those of lists several times.
Flags readFlags(const QStringList &arguments);

}  // namespace holdline
