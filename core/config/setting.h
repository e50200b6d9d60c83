// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/options.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace holdline {

/// One error of the configuration, as a complete text for people. The text contains the file and line, the
/// variable or the flag, the error, and a correct value. It never contains a secret.
struct ConfigError
{
    enum class Kind {
        Usage,          ///< error of the command line: exit code 64
        Configuration,  ///< error of files, environment or combined values: exit code 78
    };
    Kind kind = Kind::Configuration;
    QString text;
};

/// One value from one source, not yet checked.
struct Setting
{
    const Option *option = nullptr;  ///< never null
    QString text;
    /// The origin for people: "holdline.toml:12: server.listen", ".env:3: PORT", "environment: PORT",
    /// "flag --listen".
    QString origin;
    ConfigError::Kind errorKind = ConfigError::Kind::Configuration;
    /// True for the variable `PORT`, which replaces only the port of the listen addresses.
    bool portOnly = false;
};

/// All settings of one source. A later setting overrides an earlier one of the same option.
struct Settings
{
    std::vector<Setting> settings;
    std::vector<ConfigError> errors;
    QStringList warnings;  ///< complete texts for people, about unknown names

    void fail(const QString &text) { errors.push_back({ConfigError::Kind::Configuration, text}); }
};

}  // namespace holdline
