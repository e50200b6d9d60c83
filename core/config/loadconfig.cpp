// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/loadconfig.h"

#include "core/config/callbackaddress.h"
#include "core/config/configtext.h"
#include "core/config/crosscheck.h"
#include "core/config/dotenv.h"
#include "core/config/environment.h"
#include "core/config/flags.h"
#include "core/config/suggest.h"
#include "core/config/tomlfile.h"
#include "core/config/values.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kMaxFileBytes = 1024 * 1024;

/// Returns the contents of the file. When it cannot be read, adds an error and returns nothing.
std::optional<QByteArray> readFile(const QString &path, const QString &name, std::vector<ConfigError> &errors)
{
    const auto fail = [&](const QString &what) {
        errors.push_back({ConfigError::Kind::Configuration, name + u": "_s + what});
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        fail(u"cannot be read: "_s + file.errorString());
        return std::nullopt;
    }
    QByteArray text = file.read(kMaxFileBytes + 1);
    if (file.error() != QFileDevice::NoError)
        fail(u"cannot be read: "_s + file.errorString());
    else if (text.size() > kMaxFileBytes)
        fail(u"is larger than %1"_s.arg(formatSize(kMaxFileBytes)));
    else
        return text;
    return std::nullopt;
}

/// Builds the configuration. Sources are applied one after the other, the weakest first.
class Assembly
{
public:
    explicit Assembly(LoadedConfig &result) : m_result(result)
    {
        m_result.origins.assign(options().size(), u"default"_s);
    }

    void apply(const Settings &layer)
    {
        m_result.errors.insert(m_result.errors.end(), layer.errors.begin(), layer.errors.end());
        m_result.warnings += layer.warnings;
        for (const Setting &setting : layer.settings)
            apply(setting);
    }

    void checkConflicts()
    {
        for (const Conflict &conflict : findConflicts(m_result.config)) {
            QStringList places;
            for (const QString &key : conflict.keys)
                places.append(u"%1 (%2)"_s.arg(key, m_result.origins[indexOf(findOptionByKey(key))]));
            m_result.errors.push_back(
                {ConfigError::Kind::Configuration, places.join(u", "_s) + u": "_s + conflict.text});
        }
    }

private:
    static std::size_t indexOf(const Option *option)
    {
        return static_cast<std::size_t>(option - options().data());
    }

    /// Sets the port of all listen addresses. Hosting platforms set `PORT` and forward requests from outside
    /// to that port. So when no listen address is configured, the service listens on all addresses.
    QString setPort(const QString &text, bool isAddressDefault)
    {
        const auto parsed = parseListenAddress(QString(u':' + text));
        if (!parsed)
            return u"a port number from 0 to 65535 is wanted"_s;
        auto &listen = m_result.config.server.listen;
        if (isAddressDefault)
            listen = {{u"::"_s, 0}};
        for (ListenAddress &address : listen)
            address.port = parsed->port;
        return {};
    }

    void apply(const Setting &setting)
    {
        const Option &option = *setting.option;
        QString &origin = m_result.origins[indexOf(&option)];
        QString wrong;
        if (setting.portOnly) {
            wrong = setPort(setting.text, origin == u"default"_s);
        } else {
            wrong = option.set(m_result.config, setting.text);
        }
        if (wrong.isEmpty()) {
            origin = setting.origin;
            return;
        }
        m_result.errors.push_back(
            {setting.errorKind, notRight(setting.origin, setting.text, wrong, option.secret)});
    }

    LoadedConfig &m_result;
};

/// Reads the settings of the TOML file. Keeps its text in `loaded`, because the text may also contain routes
/// and profiles, which readRouteFile() reads.
Settings readTomlFile(const QString &name, const QDir &directory, LoadedConfig &loaded)
{
    Settings result;
    const auto text = readFile(directory.absoluteFilePath(name), name, result.errors);
    if (!text)
        return result;
    loaded.file = name;
    loaded.text = *text;
    return readToml(*text, name);
}

}  // namespace

LoadedConfig loadConfig(const QStringList &arguments, const QProcessEnvironment &environment,
                        const QString &directory)
{
    return loadConfig(readFlags(arguments), environment, directory);
}

LoadedConfig loadConfig(const Flags &flags, const QProcessEnvironment &environment, const QString &directory)
{
    const QDir here(directory);
    LoadedConfig result;
    result.command = flags.command;
    result.secretFlags = flags.secrets;
    result.insecureCallbacks = flags.insecureCallbacks;

    std::vector<Variable> variables;
    for (const QString &name : environment.keys())
        variables.push_back({name, environment.value(name), u"environment"_s});
    std::vector<Variable> fileVariables;
    const QString dotEnv = u".env"_s;
    // A folder called .env belongs to another program, such as a virtual environment of Python.
    if (const QFileInfo file(here.absoluteFilePath(dotEnv)); file.exists() && !file.isDir()) {
        if (const auto text = readFile(file.filePath(), dotEnv, result.errors)) {
            auto [read, errors, warnings] = readDotEnv(*text, dotEnv);
            fileVariables = std::move(read);
            result.errors.insert(result.errors.end(), errors.begin(), errors.end());
            result.warnings += warnings;
        }
    }

    QString configFile = flags.configFile;
    for (const auto *place : {&variables, &fileVariables}) {
        for (const Variable &variable : *place) {
            if (configFile.isEmpty() && variable.name == kConfigVariable)
                configFile = variable.value;
        }
    }

    Assembly assembly(result);
    if (!configFile.isEmpty())
        assembly.apply(readTomlFile(configFile, here, result));
    assembly.apply(readVariables(fileVariables));
    assembly.apply(readVariables(variables));
    assembly.apply(flags.settings);
    if (result.errors.empty())
        assembly.checkConflicts();
    return result;
}

std::optional<Exit> earlyExit(const LoadedConfig &loaded)
{
    if (loaded.command == ConfigCommand::Help)
        return Exit{kExitOk, helpText()};
    if (loaded.command == ConfigCommand::Version)
        return Exit{kExitOk, versionText(u"holdline"_s)};
    if (!loaded.isValid()) {
        Exit exit{kExitConfiguration, {}, loaded.warnings};
        QStringList lines;
        for (const ConfigError &error : loaded.errors) {
            lines.append(error.text);
            if (error.kind == ConfigError::Kind::Usage)
                exit.code = kExitUsage;
        }
        exit.text = lines.join(u'\n');
        return exit;
    }
    if (loaded.command == ConfigCommand::CheckConfig)
        return Exit{kExitOk, u"The configuration is right.\n"_s + callbackText(loaded.config),
                    loaded.warnings};
    if (loaded.command == ConfigCommand::PrintConfig)
        return Exit{kExitOk, printConfig(loaded), loaded.warnings};
    return std::nullopt;
}

Reload mergeReload(const Config &running, const Config &loaded)
{
    Reload result{loaded, {}};
    for (const Option &option : options()) {
        if (option.reloadable || option.get(running) == option.get(loaded))
            continue;
        option.set(result.config, option.get(running));
        result.needRestart.append(option.key);
    }
    return result;
}

}  // namespace holdline
