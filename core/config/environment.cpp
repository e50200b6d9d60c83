// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/environment.h"

#include "core/config/suggest.h"

#include <QRegularExpression>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Returns a hint with the most similar variable name, or an empty text. The prefix is not compared, because
/// it would make all names similar.
QString suggestion(const QString &name)
{
    QStringList names{kConfigVariable.sliced(kOurPrefix.size())};
    for (const Option &option : options())
        names.append(option.environmentName().sliced(kOurPrefix.size()));
    const QString best = nearest(name.sliced(kOurPrefix.size()), names);
    return best.isEmpty() ? QString() : u" Did you mean %1%2?"_s.arg(kOurPrefix, best);
}

/// Returns whether Kubernetes, or a link of Docker, sets such a variable for a service whose name begins with
/// "holdline".
bool isServiceLink(const Variable &variable)
{
    static const QRegularExpression names(
        u"_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)$"_s);
    static const QRegularExpression address(u"^(tcp|udp|sctp)://"_s);
    return names.match(variable.name).hasMatch() ||
           (variable.name.endsWith("_PORT"_L1) && address.match(variable.value).hasMatch());
}

/// Returns whether `name` is the variable of core/base/crashpoint.h, which is not an option.
bool isCrashPoint([[maybe_unused]] const QString &name)
{
#ifdef HOLDLINE_CRASH_POINTS
    return name == "HOLDLINE_CRASH_AT"_L1;
#else
    return false;
#endif
}

}  // namespace

bool isKnownVariable(const QString &name)
{
    return name == "CALLBACK_URL"_L1 || name == "PORT"_L1 || name == kConfigVariable ||
           findOptionByEnvironment(name);
}

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
        if (!variable.name.startsWith(kOurPrefix) || variable.name == kConfigVariable ||
            isCrashPoint(variable.name))
            continue;
        const Option *option = findOptionByEnvironment(variable.name);
        if (option && !variable.value.isEmpty())
            add(variable, option, false);
        else if (!option && !isServiceLink(variable))
            result.warnings.append(
                u"%1: there is no variable %2. It is ignored."_s.arg(variable.place, quoted(variable.name)) +
                suggestion(variable.name));
    }
    return result;
}

}  // namespace holdline
