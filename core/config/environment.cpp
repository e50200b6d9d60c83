// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/environment.h"

#include "core/config/suggest.h"

#include <QRegularExpression>

#include <algorithm>
#include <optional>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

QStringList knownNames()
{
    QStringList names{QString(kConfigVariable)};
    for (const Option &option : options())
        names.append(option.environmentName());
    return names;
}

/// True for names with our prefix. Other programs may share a .env file, so their names are not checked.
bool isOurs(const QString &name)
{
    return name.startsWith("HOLDLINE_"_L1) || name == "CALLBACK_URL"_L1 || name == "PORT"_L1;
}

/// A name with our prefix that is not an option. See core/base/crashpoint.h.
bool isCrashPoint([[maybe_unused]] const QString &name)
{
#ifdef HOLDLINE_CRASH_POINTS
    return name == "HOLDLINE_CRASH_AT"_L1;
#else
    return false;
#endif
}

/// The offset of a comment: a # at the beginning or after white space. The size of the text when there is
/// none.
qsizetype commentStart(QStringView text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == u'#' && (i == 0 || text[i - 1].isSpace()))
            return i;
    }
    return text.size();
}

/// The character for a backslash and `c` in double quotes.
std::optional<QChar> unescaped(QChar c)
{
    if (c == u'n')
        return u'\n';
    if (c == u't')
        return u'\t';
    if (c == u'"' || c == u'\\' || c == u'$')
        return c;
    return std::nullopt;
}

/// The value after the equals sign. Empty when its quotes or escapes are wrong.
std::optional<QString> dotEnvValue(QStringView raw)
{
    if (!raw.startsWith(u'"') && !raw.startsWith(u'\''))
        return raw.first(commentStart(raw)).trimmed().toString();
    const QChar quote = raw.front();
    QString value;
    qsizetype i = 1;
    for (; i < raw.size() && raw[i] != quote; ++i) {
        if (quote == u'"' && raw[i] == u'\\' && i + 1 < raw.size()) {
            const auto c = unescaped(raw[++i]);
            if (!c)
                return std::nullopt;
            value += *c;
        } else {
            value += raw[i];
        }
    }
    if (i >= raw.size())
        return std::nullopt;
    const QStringView rest = raw.sliced(i + 1);
    if (!rest.first(commentStart(rest)).trimmed().isEmpty())
        return std::nullopt;
    return value;
}

}  // namespace

Settings readVariables(const std::vector<Variable> &variables)
{
    Settings result;
    const auto add = [&result](const Variable &variable, const Option *option, bool portOnly) {
        const QString origin = variable.place + u": "_s + variable.name;
        result.settings.push_back(
            {option, variable.value, origin, ConfigError::Kind::Configuration, portOnly});
    };
    for (const Variable &variable : variables) {
        if (variable.value.isEmpty())
            continue;
        if (variable.name == "PORT"_L1)
            add(variable, findOptionByFlag(u"listen"), true);
        else if (variable.name == "CALLBACK_URL"_L1)
            add(variable, findOptionByFlag(u"callback-url"), false);
    }
    for (const Variable &variable : variables) {
        if (!variable.name.startsWith("HOLDLINE_"_L1) || variable.name == kConfigVariable ||
            isCrashPoint(variable.name))
            continue;
        const Option *option = findOptionByEnvironment(variable.name);
        if (!option)
            result.fail(u"%1: there is no variable %2"_s.arg(variable.place, quoted(variable.name)) +
                        didYouMean(variable.name, knownNames()));
        else if (!variable.value.isEmpty())
            add(variable, option, false);
    }
    return result;
}

std::pair<std::vector<Variable>, std::vector<ConfigError>> readDotEnv(const QByteArray &text,
                                                                      const QString &name)
{
    static const QRegularExpression assignment(u"^(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)=\\s*(.*)$"_s);
    std::vector<Variable> variables;
    std::vector<ConfigError> errors;
    int number = 0;
    for (const QByteArray &line : text.split('\n')) {
        const QString place = u"%1:%2"_s.arg(name).arg(++number);
        const QString trimmed = QString::fromUtf8(line).trimmed();
        if (trimmed.isEmpty() || trimmed.startsWith(u'#'))
            continue;
        const auto match = assignment.match(trimmed);
        if (!match.hasMatch()) {
            // The message names only the number of the line, because the line may hold a
            // secret.
            errors.push_back({ConfigError::Kind::Configuration, place + u": NAME=value is wanted"_s});
            continue;
        }
        const QString key = match.captured(1);
        const auto value = dotEnvValue(match.captured(2));
        const auto sameName = [&key](const Variable &variable) { return variable.name == key; };
        if (!value)
            errors.push_back(
                {ConfigError::Kind::Configuration,
                 u"%1: %2: the value's quotes or escapes do not fit together"_s.arg(place, quoted(key))});
        else if (isOurs(key) && std::any_of(variables.begin(), variables.end(), sameName))
            errors.push_back({ConfigError::Kind::Configuration,
                              u"%1: %2 is there more than once"_s.arg(place, quoted(key))});
        else
            variables.push_back({key, *value, place});
    }
    return {variables, errors};
}

}  // namespace holdline
