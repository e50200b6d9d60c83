// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/ticks.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace holdline::monitor {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("holdline::monitor::Ticks", text);
}

/// Rounds up to 1, 2 or 5 times a power of ten.
double niceStep(double least)
{
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double times : {1.0, 2.0, 5.0}) {
        // The tolerance absorbs rounding errors, so that 0.3 / 3 gives 0.1.
        if (times * power >= least * (1 - 1e-9))
            return times * power;
    }
    return 10 * power;
}

int decimalsOf(double step)
{
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
}

/// Returns the number of steps from 0 to at least `high`.
int stepsTo(double high, double step)
{
    return std::max(1, static_cast<int>(std::ceil(high / step - 1e-9)));
}

struct Unit
{
    double us;
    const char *label;
};
constexpr std::array kUnits{
    Unit{1, QT_TRANSLATE_NOOP("holdline::monitor::Ticks", "%1 µs")},
    Unit{1e3, QT_TRANSLATE_NOOP("holdline::monitor::Ticks", "%1 ms")},
    Unit{1e6, QT_TRANSLATE_NOOP("holdline::monitor::Ticks", "%1 s")},
    Unit{60e6, QT_TRANSLATE_NOOP("holdline::monitor::Ticks", "%1 min")},
    Unit{3600e6, QT_TRANSLATE_NOOP("holdline::monitor::Ticks", "%1 h")},
};

QString inUnit(double us, const Unit &unit, int decimals)
{
    return tr(unit.label).arg(QLocale().toString(us / unit.us, 'f', decimals));
}

/// Rounds up to a common step. Steps above one second follow the clock: 15, 30 and 60.
double durationStep(double least)
{
    if (least <= 1e6)
        return std::max(niceStep(least), 1.0);
    for (const double seconds : {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600}) {
        if (seconds * 1e6 >= least * (1 - 1e-9))
            return seconds * 1e6;
    }
    return std::ceil(least / 3600e6) * 3600e6;
}

struct LogStep
{
    double us;
    bool isMain;
};

/// All possible ticks of a logarithmic axis, from one microsecond to more than an hour.
std::vector<LogStep> logSteps()
{
    std::vector<LogStep> steps;
    for (double power = 1; power < 1e7; power *= 10) {
        for (const double times : {1.0, 2.0, 5.0})
            steps.push_back({times * power, times == 1.0});
    }
    for (const double seconds : {10, 30, 60, 120, 300, 600, 1800, 3600, 7200})
        steps.push_back({seconds * 1e6, seconds == 10 || seconds == 60 || seconds == 600 || seconds == 3600});
    return steps;
}

}  // namespace

QString roundDurationText(Microseconds duration)
{
    const auto us = static_cast<double>(duration.count());
    for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
        if (us >= unit->us && std::fmod(us, unit->us) == 0)
            return inUnit(us, *unit, 0);
    }
    return inUnit(us, kUnits.front(), 0);
}

std::vector<Tick> numberTicks(double high, int most, bool whole)
{
    const int intervals = std::max(most, 2) - 1;
    double step = niceStep(std::max(high, whole ? 1.0 : 1e-6) / intervals);
    if (whole)
        step = std::max(step, 1.0);
    const int decimals = decimalsOf(step);
    std::vector<Tick> ticks;
    for (int i = 0, steps = stepsTo(high, step); i <= steps; ++i)
        ticks.push_back(
            {i * step, i == 0 ? QLocale().toString(0) : QLocale().toString(i * step, 'f', decimals)});
    return ticks;
}

std::vector<Tick> durationTicks(Microseconds high, int most)
{
    const auto top = static_cast<double>(std::max<Microseconds::rep>(high.count(), 1));
    const double step = durationStep(top / (std::max(most, 2) - 1));
    const int steps = stepsTo(top, step);
    const double end = steps * step;
    const Unit *unit = &kUnits[0];
    if (end >= 3600e6 && std::fmod(step, 3600e6) == 0)
        unit = &kUnits[4];
    else if (end >= 120e6 && std::fmod(step, 60e6) == 0)
        unit = &kUnits[3];
    else if (end >= 1e6)
        unit = &kUnits[2];
    else if (end >= 1e3)
        unit = &kUnits[1];
    const int decimals = decimalsOf(step / unit->us);
    std::vector<Tick> ticks{{0, QLocale().toString(0)}};
    for (int i = 1; i <= steps; ++i)
        ticks.push_back({i * step, inUnit(i * step, *unit, decimals)});
    return ticks;
}

std::vector<Tick> logDurationTicks(Microseconds low, Microseconds high, int most)
{
    const auto from = static_cast<double>(low.count()) * (1 - 1e-9);
    const auto to = static_cast<double>(high.count()) * (1 + 1e-9);
    std::vector<LogStep> steps = logSteps();
    std::erase_if(steps, [&](const LogStep &step) { return step.us < from || step.us > to; });
    const bool labelAll = std::ssize(steps) <= most;
    const bool markAll = std::ssize(steps) <= 4 * static_cast<std::ptrdiff_t>(most);
    std::vector<Tick> ticks;
    for (const LogStep &step : steps) {
        if (step.isMain || markAll)
            ticks.push_back({step.us, step.isMain || labelAll
                                          ? roundDurationText(Microseconds(std::llround(step.us)))
                                          : QString()});
    }
    return ticks;
}

std::vector<Tick> clockTicks(const TimeRange &range, int most)
{
    constexpr std::array kSteps{1,   2,   5,    10,   15,   30,    60,    120,  300,
                                600, 900, 1800, 3600, 7200, 10800, 21600, 43200};
    const qint64 from = range.from.time_since_epoch().count();
    const qint64 to = range.to.time_since_epoch().count();
    qint64 step = 86'400'000;
    for (const int seconds : kSteps) {
        if ((to - from) / (seconds * 1000LL) < std::max(most, 1)) {
            step = seconds * 1000LL;
            break;
        }
    }
    // Round in local time, because UTC offsets are not always whole hours.
    const qint64 offset = QDateTime::fromMSecsSinceEpoch(from).offsetFromUtc() * 1000LL;
    const QString format = step % 60'000 == 0 ? QStringLiteral("HH:mm") : QStringLiteral("HH:mm:ss");
    std::vector<Tick> ticks;
    qint64 at = (from + offset) / step * step - offset;
    if (at < from)
        at += step;
    for (; at < to; at += step)
        ticks.push_back({static_cast<double>(at), QDateTime::fromMSecsSinceEpoch(at).toString(format)});
    return ticks;
}

void thinLabels(std::vector<Tick> &ticks, const Scale &scale,
                const std::function<double(const QString &)> &length, double gap)
{
    bool any = false;
    double keptFrom = 0;
    double keptTo = 0;
    for (Tick &tick : ticks) {
        if (tick.label.isEmpty())
            continue;
        const double half = length(tick.label) / 2;
        const double middle = scale.pixel(tick.value);
        if (any && middle - half < keptTo + gap && middle + half > keptFrom - gap) {
            tick.label.clear();
            continue;
        }
        any = true;
        keptFrom = middle - half;
        keptTo = middle + half;
    }
}

}  // namespace holdline::monitor
