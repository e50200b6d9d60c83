// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/flags.h"

namespace holdline {

using namespace Qt::StringLiterals;

std::vector<CommandLineOption> configOptions(Flags &flags)
{
    using Repeated = CommandLineOption::Repeated;
    const auto readFile = [&flags](QStringView text) {
        flags.configFile = text.toString();
        return text.isEmpty() ? u"a file name is wanted"_s : QString();
    };
    const auto readSecret = [&flags](QStringView text) {
        flags.secrets.append(text.toString());
        return QString();
    };
    std::vector<CommandLineOption> table{{u"config"_s, u"FILE"_s, {}, readFile, Repeated::Refused},
                                         {u"secret"_s, u"NAME=FILE"_s, {}, readSecret, Repeated::EachCounts},
                                         {u"insecure-callbacks"_s, {}, {}, into(flags.insecureCallbacks)}};
    for (const Option &option : options()) {
        const auto take = [&flags, &option](QStringView text) {
            auto &settings = flags.settings.settings;
            // CommandLine passes all values of one flag in a row. They become one comma-separated list.
            if (option.isList && !settings.empty() && settings.back().option == &option) {
                settings.back().text += u',' + text.toString();
                return QString();
            }
            settings.push_back(
                {&option, text.toString(), u"flag --"_s + option.flag, ConfigError::Kind::Usage});
            return QString();
        };
        const Repeated repeated = option.isList ? Repeated::EachCounts : Repeated::Refused;
        table.push_back({option.flag, option.placeholder(), {}, take, repeated});
    }
    return table;
}

Flags readFlags(const QStringList &arguments)
{
    Flags flags;
    std::vector<CommandLineOption> table = configOptions(flags);
    table.push_back({u"check-config"_s, {}, {}, {}});
    table.push_back({u"print-config"_s, {}, {}, {}});
    CommandLine line(u"holdline"_s, {}, std::move(table));
    line.read(QStringList{u"holdline"_s} + arguments);
    for (const QString &error : line.errors())
        flags.settings.errors.push_back({ConfigError::Kind::Usage, error});

    constexpr std::pair<const char *, ConfigCommand> kCommands[] = {
        {"help", ConfigCommand::Help},
        {"version", ConfigCommand::Version},
        {"check-config", ConfigCommand::CheckConfig},
        {"print-config", ConfigCommand::PrintConfig}};
    for (const auto &[name, command] : kCommands) {
        if (flags.command == ConfigCommand::Run && line.isSet(QLatin1StringView(name)))
            flags.command = command;
    }
    return flags;
}

}  // namespace holdline
