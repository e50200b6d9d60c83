// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/texts.h"

#include "monitor/data/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("holdline::monitor::Texts", text);
}

/// Formats a number from 0 to 999 with three significant digits.
QString threeDigits(double value)
{
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return QLocale().toString(value, 'f', decimals);
}

}  // namespace

QString durationText(Microseconds took)
{
    const auto us = static_cast<double>(std::max<Microseconds::rep>(took.count(), 0));
    if (us < 999.5)
        return tr("%1 µs").arg(QLocale().toString(us, 'f', 0));
    if (us < 999.5e3)
        return tr("%1 ms").arg(threeDigits(us / 1e3));
    if (us < 59.95e6)
        return tr("%1 s").arg(threeDigits(us / 1e6));
    const auto seconds = static_cast<qint64>(std::llround(us / 1e6));
    if (seconds >= 3600)
        return tr("%1 h %2 min").arg((seconds + 30) / 3600).arg((seconds + 30) % 3600 / 60);
    return seconds % 60 == 0 ? tr("%1 min").arg(seconds / 60)
                             : tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
}

QString countText(std::uint64_t count)
{
    return formatCount(static_cast<std::int64_t>(count));
}

QString rateText(double perSecond)
{
    return QLocale().toString(perSecond, 'f', perSecond < 99.95 && perSecond > 0 ? 1 : 0);
}

QString shareText(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0 || part == 0)
        return tr("0 %");
    if (part == whole)
        return tr("100 %");
    const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    const QLocale locale;
    if (percent < 0.1)
        return tr("< %1 %").arg(locale.toString(0.1, 'f', 1));
    if (percent < 9.95)
        return tr("%1 %").arg(locale.toString(percent, 'f', 1));
    if (percent > 99.9)
        return tr("> %1 %").arg(locale.toString(99.9, 'f', 1));
    return tr("%1 %").arg(locale.toString(percent, 'f', percent > 99 ? 1 : 0));
}

QString rangeText(WallTime from, WallTime to)
{
    return tr("%1 to %2").arg(formatClock(from), formatClock(to));
}

QString phaseText(Phase phase)
{
    switch (phase) {
        case Phase::Queue:
            return tr("Queue");
        case Phase::Start:
            return tr("Start");
        case Phase::Job:
            return tr("Job");
        case Phase::Total:
            return tr("Total");
    }
    return {};
}

}  // namespace holdline::monitor
