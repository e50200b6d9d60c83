// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/loadconfig.h"
#include "core/config/setting.h"

#include <QString>
#include <QStringList>

namespace holdline {

/// The command line, read but not checked: `--flag value` and `--flag=value`, each flag once, nothing else.
struct CommandLine
{
    Settings settings;
    ConfigCommand command = ConfigCommand::Run;
    QString configFile;  ///< empty: no `--config`
};

CommandLine readCommandLine(const QStringList &arguments);

}  // namespace holdline
