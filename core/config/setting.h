// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/options.h"

#include <QString>

#include <vector>

namespace holdline {

/// What is wrong with the configuration, complete for people: names the file and line, variable or flag, says
/// what is wrong and what would be right. Never holds a secret's value.
struct ConfigError
{
    enum class Kind {
        Usage,          ///< of the command line: exit code 64
        Configuration,  ///< of files, environment, or values that do not fit together: exit code 78
    };
    Kind kind = Kind::Configuration;
    QString text;
};

/// One value as it was found somewhere, not yet checked.
struct Setting
{
    const Option *option = nullptr;  ///< never null
    QString text;
    /// For people: "holdline.toml:12: server.listen", ".env:3: PORT", "environment: PORT", "flag --listen".
    QString origin;
    ConfigError::Kind errorKind = ConfigError::Kind::Configuration;
    /// `PORT`: only the port of the address is replaced.
    bool portOnly = false;
};

/// All that was read from one place, in the order in which it is to be applied.
struct Settings
{
    std::vector<Setting> settings;
    std::vector<ConfigError> errors;

    void fail(const QString &text) { errors.push_back({ConfigError::Kind::Configuration, text}); }
};

}  // namespace holdline
