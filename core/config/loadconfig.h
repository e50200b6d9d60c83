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
    QStringList warnings;  ///< for people; they stop nothing
    /// The origin of each value, in the order of options(): "default", "holdline.toml:12:
    /// server.listen".
    std::vector<QString> origins;
    QString file;                    ///< name of the TOML file; empty without one
    QByteArray text;                 ///< of the TOML file
    QStringList secretFlags;         ///< "NAME=FILE" of each `--secret`
    bool insecureCallbacks = false;  ///< `--insecure-callbacks`

    bool isValid() const { return errors.empty(); }
};

/// Builds the configuration. A flag overrides the environment, the environment a `.env` in `directory`,
/// that the TOML file (`--config` or HOLDLINE_CONFIG, relative to `directory`), and that the default. It
/// reports as many errors as it can find in one call. SIGHUP calls it again with the same arguments. It
/// reads those two files and changes nothing.
///
/// `arguments` are the arguments after the name of the program.
LoadedConfig loadConfig(const QStringList &arguments, const QProcessEnvironment &environment,
                        const QString &directory);

/// The same for a command line that was read already.
LoadedConfig loadConfig(const Flags &flags, const QProcessEnvironment &environment, const QString &directory);

/// Carries out `--help`, `--version`, `--check-config` and `--print-config`, and reports errors: code 64 for
/// the command line, 78 for the rest. Returns nothing when the program must run.
///
/// It needs no QCoreApplication, because the configuration also chooses the event loop.
///
///     const LoadedConfig loaded = loadConfig(arguments.mid(1), QProcessEnvironment::systemEnvironment(),
///                                            QDir::currentPath());
///     if (const auto exit = earlyExit(loaded))
///         return finish(u"holdline"_s, *exit);
///     Service service(loaded.config);
std::optional<Exit> earlyExit(const LoadedConfig &loaded);

/// The configuration after a SIGHUP: reloadable options from `loaded`, all others from `running`.
struct Reload
{
    Config config;
    QStringList needRestart;  ///< changed options that keep their running value
};
Reload mergeReload(const Config &running, const Config &loaded);

}  // namespace holdline
