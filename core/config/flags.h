// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/loadconfig.h"
#include "core/config/setting.h"

#include <QString>
#include <QStringList>

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

/// `arguments` are the arguments after the name of the program. Each flag may be given once, `--secret` and
/// those of lists several times.
Flags readFlags(const QStringList &arguments);

}  // namespace holdline
