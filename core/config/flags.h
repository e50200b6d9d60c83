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
    QString configFile;  ///< empty: no `--config`
};

/// `arguments` are those after the program's name. Each flag may be there once.
Flags readFlags(const QStringList &arguments);

}  // namespace holdline
