// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/commandline.h"

#include "core/config/suggest.h"

#include <QSet>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

class Reader
{
public:
    CommandLine read(const QStringList &arguments)
    {
        for (qsizetype i = 0; i < arguments.size(); ++i) {
            const QString &argument = arguments[i];
            const qsizetype equals = argument.indexOf(u'=');
            const bool joined = argument.startsWith("--"_L1) && equals > 0;
            const QString name = joined ? argument.first(equals) : argument;
            if (readCommand(name, joined))
                continue;
            const Option *option =
                name.startsWith("--"_L1) ? findOptionByFlag(QStringView(name).sliced(2)) : nullptr;
            if (!option && name != "--config"_L1) {
                fail(unknown(name));
                // What follows was most likely meant to be its value.
                if (!joined && name.startsWith(u'-') && i + 1 < arguments.size() &&
                    !arguments[i + 1].startsWith(u'-'))
                    ++i;
                continue;
            }
            if (!joined && i + 1 >= arguments.size()) {
                fail(u"flag %1: a value is wanted after it"_s.arg(name));
                continue;
            }
            const QString value = joined ? argument.sliced(equals + 1) : arguments[++i];
            if (m_seen.contains(name))
                fail(u"flag %1 is there more than once"_s.arg(name));
            else if (option)
                m_result.settings.settings.push_back(
                    {option, value, u"flag "_s + name, ConfigError::Kind::Usage});
            else if (value.isEmpty())
                fail(u"flag --config: a file name is wanted"_s);
            else
                m_result.configFile = value;
            m_seen.insert(name);
        }
        return std::move(m_result);
    }

private:
    void fail(const QString &text) { m_result.settings.errors.push_back({ConfigError::Kind::Usage, text}); }

    /// True when `name` is one of the flags without a value.
    bool readCommand(const QString &name, bool joined)
    {
        ConfigCommand command = ConfigCommand::Run;
        if (name == "--help"_L1 || name == "-h"_L1)
            command = ConfigCommand::Help;
        else if (name == "--version"_L1)
            command = ConfigCommand::Version;
        else if (name == "--check-config"_L1)
            command = ConfigCommand::CheckConfig;
        else if (name == "--print-config"_L1)
            command = ConfigCommand::PrintConfig;
        else
            return false;
        if (joined)
            fail(u"flag %1 takes no value"_s.arg(name));
        // The first one counts, but help beats all.
        if (m_result.command == ConfigCommand::Run || command == ConfigCommand::Help)
            m_result.command = command;
        return true;
    }

    static QString unknown(const QString &name)
    {
        if (!name.startsWith(u'-'))
            return u"there is no argument %1; all options are flags, see --help"_s.arg(quoted(name));
        QStringList names{u"--config"_s, u"--help"_s, u"--version"_s, u"--check-config"_s,
                          u"--print-config"_s};
        for (const Option &option : options())
            names.append(u"--"_s + option.flag);
        const QString near = didYouMean(name, names);
        return u"there is no flag %1"_s.arg(quoted(name)) + (near.isEmpty() ? u"; see --help"_s : near);
    }

    CommandLine m_result;
    QSet<QString> m_seen;
};

}  // namespace

CommandLine readCommandLine(const QStringList &arguments)
{
    return Reader().read(arguments);
}

}  // namespace holdline
