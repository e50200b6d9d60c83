// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/prefer.h"

#include "core/httpvalues/fieldlist.h"

#include <QByteArray>

namespace holdline {

std::optional<std::chrono::seconds> parseWait(QByteArrayView value)
{
    if (value.isEmpty() || value.size() > 9)
        return std::nullopt;
    for (const char c : value) {
        if (c < '0' || c > '9')
            return std::nullopt;
    }
    const int seconds = value.toByteArray().toInt();
    return seconds > 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
}

Preferences parsePrefer(QByteArrayView value)
{
    Preferences preferences;
    bool waitSeen = false;
    bool asyncSeen = false;
    bool repeatableSeen = false;
    const auto hasNoValue = [](QByteArrayView given) { return given.isEmpty() || given == "\"\""; };
    while (!value.isEmpty()) {
        QByteArrayView member = takeMember(value);
        // No preference that Holdline knows uses parameters after a semicolon.
        if (const qsizetype semicolon = member.indexOf(';'); semicolon >= 0)
            member = member.first(semicolon);
        const qsizetype equals = member.indexOf('=');
        const QByteArrayView name = (equals < 0 ? member : member.first(equals)).trimmed();
        const QByteArrayView given = equals < 0 ? QByteArrayView() : member.sliced(equals + 1).trimmed();
        if (!waitSeen && name.compare("wait", Qt::CaseInsensitive) == 0) {
            waitSeen = true;
            preferences.wait = parseWait(unquoted(given));
        } else if (!asyncSeen && name.compare("respond-async", Qt::CaseInsensitive) == 0) {
            asyncSeen = true;
            preferences.respondAsync = hasNoValue(given);
        } else if (!repeatableSeen && name.compare("repeatable", Qt::CaseInsensitive) == 0) {
            repeatableSeen = true;
            preferences.repeatable = hasNoValue(given);
        }
    }
    return preferences;
}

}  // namespace holdline
