// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <QByteArray>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace holdline {

/// What the command line asks for.
enum class ConfigCommand { Run, Help, Version, CheckConfig, PrintConfig };

/// The configuration that results from all places, or everything that is wrong with it.
struct LoadedConfig
{
    Config config;  ///< to be used only when there are no errors
    ConfigCommand command = ConfigCommand::Run;
    std::vector<ConfigError> errors;
    /// Where each value comes from, in the order of options(): "default", "holdline.toml:12: server.listen".
    std::vector<QString> origins;

    bool isValid() const { return errors.empty(); }
};

/// Puts the configuration together: flag > environment > `.env` in `directory` > TOML file (`--config` or
/// HOLDLINE_CONFIG, relative to `directory`) > default. Finds as many errors as it can in one go. Called
/// again on SIGHUP with the same arguments; touches nothing but the two files, which it reads.
///
/// `arguments` are those after the program's name.
LoadedConfig loadConfig(const QStringList &arguments, const QProcessEnvironment &environment,
                        const QString &directory);

/// What a program has to print and return when it is not to run.
struct EarlyExit
{
    int code = 0;      ///< 0, 64 (usage) or 78 (configuration), as in sysexits.h
    QByteArray out;    ///< for stdout
    QByteArray error;  ///< for stderr
};

/// Carries out `--help`, `--version`, `--check-config` and `--print-config`, and reports errors. Nothing:
/// run.
///
/// It needs no QCoreApplication, whose event loop is one of the things it may say.
///
///     const LoadedConfig loaded = loadConfig(arguments.mid(1), QProcessEnvironment::systemEnvironment(),
///                                            QDir::currentPath());
///     if (const auto exit = earlyExit(loaded)) { write both texts; return exit->code; }
///     Service service(loaded.config);
std::optional<EarlyExit> earlyExit(const LoadedConfig &loaded);

/// What SIGHUP may change: `loaded` where an option is reloadable, `running` where it is not.
struct Reload
{
    Config config;
    QStringList needRestart;  ///< keys that differ but keep their running value
};
Reload mergeReload(const Config &running, const Config &loaded);

}  // namespace holdline
