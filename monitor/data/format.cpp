// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/format.h"

#include <QDateTime>
#include <QLocale>

#include <limits>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

/// Formats `value` with a decimal point before the last `decimals` digits. A filter can format some hundred
/// thousand values at once, and QLocale needs ten times as long to format a double.
QString fixed(std::int64_t value, int decimals, QLatin1StringView unit)
{
    QString text = QString::number(value);
    if (decimals > 0) {
        if (text.size() <= decimals)
            text = text.rightJustified(decimals + 1, u'0');
        text.insert(text.size() - decimals, QLocale().decimalPoint());
    }
    return text += unit;
}

QString twoDigits(std::int64_t value)
{
    return QString::number(value).rightJustified(2, u'0');
}

/// Formats a value of at least 0. Each limit is where the format before it would round up to the next unit.
QString formatMagnitude(std::int64_t us)
{
    if (us < 9'950)
        return fixed((us + 50) / 100, 1, " ms"_L1);
    if (us < 999'500)
        return fixed((us + 500) / 1'000, 0, " ms"_L1);
    if (us < kMinute - 500)
        return fixed((us + 500) / 1'000, 3, " s"_L1);
    if (us < kHour - kSecond / 2) {
        const std::int64_t seconds = (us + kSecond / 2) / kSecond;
        return u"%1 m %2 s"_s.arg(QString::number(seconds / 60), twoDigits(seconds % 60));
    }
    const std::int64_t minutes = (us / kSecond + 30) / 60;
    return u"%1 h %2 m"_s.arg(QString::number(minutes / 60), twoDigits(minutes % 60));
}

/// Milliseconds since local midnight. The UTC offset is looked up once per quarter of an hour, because in
/// every time zone it changes only at such a boundary.
std::int64_t sinceMidnight(WallTime at)
{
    using Quarter = std::chrono::duration<std::int64_t, std::ratio<900>>;
    const auto quarter = std::chrono::floor<Quarter>(at.time_since_epoch());
    thread_local auto known = Quarter::min();
    thread_local int offset = 0;
    if (quarter != known) {
        known = quarter;
        offset = QDateTime::fromMSecsSinceEpoch(Milliseconds(quarter).count()).offsetFromUtc();
    }
    const auto local = at.time_since_epoch() + std::chrono::seconds(offset);
    return (local - std::chrono::floor<std::chrono::days>(local)).count();
}

QString clock(WallTime at, bool hasMilliseconds)
{
    const std::int64_t ms = sinceMidnight(at);
    QString text = hasMilliseconds ? u"00:00:00.000"_s : u"00:00:00"_s;
    const auto put = [&](qsizetype place, qsizetype digits, std::int64_t value) {
        for (qsizetype i = place + digits - 1; i >= place; --i, value /= 10)
            text[i] = QChar(u'0' + static_cast<char16_t>(value % 10));
    };
    put(0, 2, ms / 3'600'000);
    put(3, 2, ms / 60'000 % 60);
    put(6, 2, ms / 1'000 % 60);
    if (hasMilliseconds)
        put(9, 3, ms % 1'000);
    return text;
}

}  // namespace

QString formatDuration(Microseconds value)
{
    const std::int64_t us = value.count();
    if (us >= 0)
        return formatMagnitude(us);
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min() + 1;
    return u'\u2212' + formatMagnitude(-std::max(us, kLeast));
}

QString formatCount(std::int64_t value)
{
    if (value > -1'000 && value < 1'000)
        return QString::number(value);
    return QLocale().toString(qlonglong{value});
}

QString formatCounted(std::int64_t count, const QString &one, const QString &many)
{
    return formatCount(count) + u' ' + (count == 1 ? one : many);
}

QString formatClock(WallTime at)
{
    return clock(at, false);
}

QString formatClockExact(WallTime at)
{
    return clock(at, true);
}

QString formatBytes(std::int64_t bytes)
{
    if (bytes > -1024 && bytes < 1024)
        return formatCount(bytes) + " B"_L1;
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeIecFormat);
}

}  // namespace holdline::monitor
