// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "core/config/setting.h"

#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace holdline {

struct Flags;

/// The action that the command line asks for.
enum class ConfigCommand { Run, Help, Version, CheckConfig, PrintConfig };

/// The configuration from all sources, or all errors in it.
struct LoadedConfig
{
    Config config;  ///< valid only when there are no errors
    ConfigCommand command = ConfigCommand::Run;
    std::vector<ConfigError> errors;
    QStringList warnings;  ///< for people; the program runs all the same
    /// The origin of each value, in the order of options(), such as "default" or "holdline.toml:12:
    /// server.listen".
    std::vector<QString> origins;
    QString file;                    ///< name of the TOML file as given; empty without a file
    QByteArray text;                 ///< contents of the TOML file
    QStringList secretFlags;         ///< "NAME=FILE" of each `--secret`
    bool insecureCallbacks = false;  ///< `--insecure-callbacks`

    bool isValid() const { return errors.empty(); }
};

/// Builds the configuration from these sources, the strongest first: flags, environment variables, the file
/// `.env` in `directory`, the TOML file (`--config` or HOLDLINE_CONFIG, relative to `directory`), defaults.
/// Reports as many errors as it can find in one call. Reads these two files, and writes none. The service
/// calls this function again with the same arguments after a SIGHUP.
///
/// `arguments` are the arguments after the name of the program.
LoadedConfig loadConfig(const QStringList &arguments, const QProcessEnvironment &environment,
                        const QString &directory);

/// Builds the configuration like the function above, from a command line that was read already.
LoadedConfig loadConfig(const Flags &flags, const QProcessEnvironment &environment, const QString &directory);

/// Returns how the program must end at once: with the text of `--help`, `--version`, `--check-config` or
/// `--print-config`, or with errors. The exit code is 64 for errors of the command line, 78 for others.
/// Returns nothing when the program must run.
///
/// Needs no QCoreApplication, because the configuration also chooses the event loop, which must be set first.
///
///     const LoadedConfig loaded = loadConfig(arguments.mid(1), QProcessEnvironment::systemEnvironment(),
///                                            QDir::currentPath());
///     if (const auto exit = earlyExit(loaded))
///         return finish(u"holdline"_s, *exit);
///     Service service(loaded.config);
std::optional<Exit> earlyExit(const LoadedConfig &loaded);

/// The configuration after a reload (SIGHUP).
struct Reload
{
    Config config;
    QStringList needRestart;  ///< TOML keys of changed options that keep their running value
};
/// Takes reloadable options from `loaded` and all others from `running`. Pure.
Reload mergeReload(const Config &running, const Config &loaded);

}  // namespace holdline
