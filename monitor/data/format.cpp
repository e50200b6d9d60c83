// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/format.h"

#include <QDateTime>
#include <QLocale>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

QString twoDigits(std::int64_t value)
{
    return QString::number(value).rightJustified(2, u'0');
}

/// Without the sign. Each step begins where the one before it would round up to.
QString formatMagnitude(std::int64_t us)
{
    if (us < 9'950)
        return QLocale().toString(static_cast<double>(us) / 1'000, 'f', 1) + " ms"_L1;
    if (us < 999'500)
        return QString::number((us + 500) / 1'000) + " ms"_L1;
    if (us < kMinute - 500)
        return QLocale().toString(static_cast<double>(us) / kSecond, 'f', 3) + " s"_L1;
    if (us < kHour - kSecond / 2) {
        const std::int64_t seconds = (us + kSecond / 2) / kSecond;
        return u"%1 m %2 s"_s.arg(QString::number(seconds / 60), twoDigits(seconds % 60));
    }
    const std::int64_t minutes = (us / kSecond + 30) / 60;
    return u"%1 h %2 m"_s.arg(QString::number(minutes / 60), twoDigits(minutes % 60));
}

QDateTime here(WallTime at)
{
    return QDateTime::fromMSecsSinceEpoch(at.time_since_epoch().count());
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
    return QLocale().toString(qlonglong{value});
}

QString formatClock(WallTime at)
{
    return here(at).toString(u"HH:mm:ss");
}

QString formatClockExact(WallTime at)
{
    return here(at).toString(u"HH:mm:ss.zzz");
}

QString formatBytes(std::int64_t bytes)
{
    if (bytes > -1024 && bytes < 1024)
        return formatCount(bytes) + " B"_L1;
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeIecFormat);
}

}  // namespace holdline::monitor
