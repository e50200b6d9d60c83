// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/commandline.h"

#include "core/config/suggest.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

ValueReader into(int &value, int least, int most)
{
    return [&value, least, most](QStringView text) { return readInteger(text, least, most, value); };
}

ValueReader into(std::uint64_t &value)
{
    return [&value](QStringView text) {
        bool ok = false;
        const std::uint64_t read = text.toULongLong(&ok);
        value = ok ? read : value;
        return ok ? QString() : u"a whole number is wanted"_s;
    };
}

ValueReader into(double &value, double most)
{
    return [&value, most](QStringView text) {
        bool ok = std::all_of(text.begin(), text.end(),
                              [](QChar c) { return (c >= u'0' && c <= u'9') || c == u'.'; });
        const double read = ok ? text.toDouble(&ok) : 0;
        if (!ok || read <= 0 || read > most)
            return u"a number above 0 and up to %1 is wanted"_s.arg(most, 0, 'f', 0);
        value = read;
        return QString();
    };
}

ValueReader into(milliseconds &value, milliseconds least, milliseconds most)
{
    return [&value, least, most](QStringView text) { return readDuration(text, least, most, value); };
}

ValueReader into(QString &value)
{
    return [&value](QStringView text) {
        value = text.toString();
        return QString();
    };
}

ValueReader into(QStringList &value, const QStringList &names)
{
    return [&value, names](QStringView text) {
        for (const QStringView one : text.split(u',', Qt::SkipEmptyParts)) {
            if (!names.contains(one))
                return u"names out of %1 are wanted"_s.arg(names.join(u','));
            value.append(one.toString());
        }
        return QString();
    };
}

ValueReader into(bool &value)
{
    return [&value](QStringView) {
        value = true;
        return QString();
    };
}

CommandLine::CommandLine(const QString &program, const QString &description,
                         std::vector<CommandLineOption> options)
    : m_program(program), m_options(std::move(options))
{
    // Accepts long options with one dash too, like Qt's own options (-platform).
    m_parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    m_parser.setApplicationDescription(description);
    m_parser.addOptions(
        {{{u"h"_s, u"help"_s}, u"Shows this help."_s}, {{u"v"_s, u"version"_s}, u"Shows the version."_s}});
    for (const CommandLineOption &option : m_options) {
        QCommandLineOption added(option.name, option.help, option.valueName);
        if (option.help.isEmpty())
            added.setFlags(QCommandLineOption::HiddenFromHelp);
        m_parser.addOption(added);
    }
}

void CommandLine::allowArguments(const QString &syntax, const QString &help)
{
    m_syntax = syntax;
    m_parser.addPositionalArgument(syntax, help);
}

std::optional<Exit> CommandLine::read(const QStringList &arguments)
{
    const bool parsed = m_parser.parse(arguments);
    const QStringList unknown = m_parser.unknownOptionNames();
    for (const QString &name : unknown)
        fail(unknownOption(name));
    if (!parsed && unknown.isEmpty())
        fail(m_parser.errorText());
    for (const CommandLineOption &option : m_options)
        readValues(option);
    // An argument after an unknown option is most likely the value of that option, so it is no second error.
    if (m_syntax.isEmpty() && unknown.isEmpty()) {
        for (const QString &argument : m_parser.positionalArguments())
            fail(u"there is no argument %1. All options are flags. See --help."_s.arg(quoted(argument)));
    }
    return exit();
}

void CommandLine::readValues(const CommandLineOption &option)
{
    if (!option.read || !isSet(option.name))
        return;
    QStringList values = option.valueName.isEmpty() ? QStringList{QString()} : m_parser.values(option.name);
    if (option.repeated == CommandLineOption::Repeated::Refused && values.size() > 1)
        fail(u"flag --%1 is there more than once"_s.arg(option.name));
    if (option.repeated != CommandLineOption::Repeated::EachCounts)
        values = values.last(std::min<qsizetype>(values.size(), 1));
    for (const QString &value : values) {
        if (const QString wanted = option.read(value); !wanted.isEmpty())
            refuse(option.name, value, wanted);
    }
}

void CommandLine::refuse(const QString &name, const QString &value, const QString &wanted)
{
    fail(notRight(u"flag --"_s + name, value, wanted));
}

QString CommandLine::unknownOption(const QString &name) const
{
    QStringList known{u"--help"_s, u"--version"_s};
    for (const CommandLineOption &option : m_options)
        known.append(u"--"_s + option.name);
    const QString written = (name.size() == 1 ? u"-"_s : u"--"_s) + name;
    const QString near = didYouMean(written, known);
    return u"there is no flag %1"_s.arg(quoted(written)) + (near.isEmpty() ? u". See --help."_s : near);
}

/// Returns the text of --help. The usage line is not Qt's, because Qt takes the program's name from a
/// QCoreApplication, which may not exist yet.
QString CommandLine::helpText() const
{
    const QString text = m_parser.helpText();
    const QString usage = u"Usage: %1 [options] %2"_s.arg(m_program, m_syntax).trimmed();
    return usage + text.sliced(text.indexOf(u'\n'));
}

std::optional<Exit> CommandLine::exit() const
{
    if (isSet(u"help"_s))
        return Exit{kExitOk, helpText()};
    if (isSet(u"version"_s))
        return Exit{kExitOk, versionText(m_program)};
    if (!m_errors.isEmpty())
        return Exit{kExitUsage, m_errors.join(u'\n')};
    return std::nullopt;
}

QStringList argumentsOf(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    return arguments;
}

}  // namespace holdline
