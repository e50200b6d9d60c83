// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storeclock.h"

#include "core/telemetry/logging.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

bool isSameBoot(const MachineTime &before, const MachineTime &now)
{
    // The last comparison is for containers, which may have a clock of their own that starts at zero with the
    // container.
    return !before.boot.isEmpty() && before.boot == now.boot && before.sinceBoot <= now.sinceBoot;
}

/// Returns a duration of any size for people, in its two largest units: "1 day", "10 years 2 days".
QString spoken(milliseconds duration)
{
    struct Unit
    {
        const char *name;
        std::chrono::seconds size;
    };
    constexpr Unit kUnits[] = {{"year", std::chrono::hours(24 * 365)},
                               {"day", std::chrono::hours(24)},
                               {"hour", std::chrono::hours(1)},
                               {"minute", std::chrono::minutes(1)},
                               {"second", std::chrono::seconds(1)}};
    QStringList parts;
    auto left = std::chrono::round<std::chrono::seconds>(duration < milliseconds(0) ? -duration : duration);
    for (const Unit &unit : kUnits) {
        const auto count = left / unit.size;
        left %= unit.size;
        if (count > 0 && parts.size() < 2)
            parts.append(
                u"%1 %2%3"_s.arg(count).arg(QLatin1StringView(unit.name), count == 1 ? ""_L1 : "s"_L1));
    }
    return parts.join(u' ');
}

void logStep(milliseconds step)
{
    qCWarning(lcService).noquote()
        << u"the clock of this machine jumped by %1%2. The ages of stored jobs follow the time that the machine runs"_s
               .arg(step < milliseconds(0) ? "-"_L1 : "+"_L1, spoken(step));
}

}  // namespace

ResumedClock resumedClock(const StoreMark &mark, const MachineTime &now)
{
    if (!isSameBoot(mark.machine, now))
        return {mark.at, false};
    return {mark.at + (now.sinceBoot - mark.machine.sinceBoot), true};
}

std::optional<milliseconds> clockStep(const MachineTime &before, const MachineTime &now)
{
    const milliseconds step = (now.wall - before.wall) - (now.sinceBoot - before.sinceBoot);
    return step >= kSmallestStep || step <= -kSmallestStep ? std::optional(step) : std::nullopt;
}

StoreClock::StoreClock(Reader read) : m_read(std::move(read))
{
    startAt({});
}

void StoreClock::set(StoreTime at, const MachineTime &machine)
{
    m_offset = at.time_since_epoch() - machine.sinceBoot;
    m_watched = machine;
}

void StoreClock::startAt(StoreTime at)
{
    set(at, m_read());
    m_isSameBoot = true;
}

void StoreClock::resume(const StoreMark &mark)
{
    const MachineTime now = m_read();
    const ResumedClock resumed = resumedClock(mark, now);
    set(resumed.at, now);
    m_isSameBoot = resumed.isSameBoot;
    const auto step = m_isSameBoot ? clockStep(mark.machine, now) : std::nullopt;
    if (step)
        logStep(*step);
}

StoreMark StoreClock::mark() const
{
    const MachineTime machine = m_read();
    return {at(machine), machine};
}

void StoreClock::watch()
{
    const MachineTime now = m_read();
    if (const auto step = clockStep(m_watched, now))
        logStep(*step);
    m_watched = now;
}

}  // namespace holdline
