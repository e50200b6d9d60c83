// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/freshness.h"

#include "core/httpvalues/fieldlist.h"
#include "core/httpvalues/grammar.h"

#include <algorithm>

namespace holdline {

namespace {

/// The largest number of seconds, 68 years. A larger number in a field counts as this one (RFC 9111, 1.2.2).
constexpr std::int64_t kMostSeconds = 2'147'483'648;

std::optional<std::chrono::seconds> secondsOf(QByteArrayView text)
{
    const auto seconds = http::parseDigits(unquoted(text), kMostSeconds);
    return seconds ? std::optional(std::chrono::seconds(*seconds)) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::seconds> freshFor(QByteArrayView cacheControl, QByteArrayView age)
{
    std::optional<std::chrono::seconds> maxAge;
    while (!cacheControl.isEmpty()) {
        const QByteArrayView directive = takeMember(cacheControl).trimmed();
        const qsizetype sign = directive.indexOf('=');
        const QByteArrayView name = sign < 0 ? directive : directive.first(sign).trimmed();
        if (http::equalsIgnoreCase(name, "no-store") || http::equalsIgnoreCase(name, "no-cache"))
            return std::chrono::seconds(0);
        // Of several max-age directives, the first one counts.
        if (http::equalsIgnoreCase(name, "max-age") && !maxAge)
            maxAge = sign < 0
                         ? std::chrono::seconds(0)
                         : secondsOf(directive.sliced(sign + 1).trimmed()).value_or(std::chrono::seconds(0));
    }
    if (!maxAge)
        return std::nullopt;
    const std::chrono::seconds passed = secondsOf(age.trimmed()).value_or(std::chrono::seconds(0));
    return std::max(*maxAge - passed, std::chrono::seconds(0));
}

}  // namespace holdline
