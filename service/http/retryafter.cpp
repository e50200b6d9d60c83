// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/retryafter.h"

#include "core/httpvalues/grammar.h"

#include <QLocale>
#include <QString>
#include <QTimeZone>

#include <algorithm>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

/// Reads an HTTP date in the given format as UTC.
QDateTime parseAs(const QString &text, const QString &format)
{
    const QDateTime local = QLocale::c().toDateTime(text, format);
    return local.isValid() ? QDateTime(local.date(), local.time(), QTimeZone::utc()) : QDateTime();
}

QDateTime parseDate(const QString &text, const QDateTime &now)
{
    // The formats are IMF-fixdate, asctime and RFC 850. asctime pads the day with a blank.
    if (const QDateTime date = parseAs(text, u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s); date.isValid())
        return date;
    if (const QDateTime date = parseAs(text.simplified(), u"ddd MMM d HH:mm:ss yyyy"_s); date.isValid())
        return date;
    // RFC 850 years have two digits. Qt reads them as 19xx, and the day name could then be wrong and make the
    // date invalid. So the day name is cut off.
    const QDateTime date = parseAs(text.mid(text.indexOf(u", "_s) + 2), u"dd-MMM-yy HH:mm:ss 'GMT'"_s);
    return date.isValid() && date.addYears(50) < now ? date.addYears(100) : date;
}

}  // namespace

std::optional<std::chrono::milliseconds> parseRetryAfter(QByteArrayView value, const QDateTime &now,
                                                         std::chrono::milliseconds cap)
{
    using std::chrono::milliseconds;
    value = value.trimmed();
    if (value.isEmpty() || value.size() > 64)
        return std::nullopt;
    if (const auto seconds = parseDigits(value, cap.count() / 1000 + 1))
        return std::min<milliseconds>(std::chrono::seconds(*seconds), cap);
    const QDateTime date = parseDate(QString::fromLatin1(value), now);
    if (!date.isValid())
        return std::nullopt;
    return std::clamp(milliseconds(now.msecsTo(date)), milliseconds(0), cap);
}

}  // namespace holdline::http
