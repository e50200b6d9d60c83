// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/machinetime.h"

#include <chrono>
#include <functional>
#include <optional>

namespace holdline {

/// The clock by which a store measures ages, see decision 0019. It has no relation to the time of day.
struct StoreTimeline
{
};
using StoreTime = std::chrono::time_point<StoreTimeline, std::chrono::milliseconds>;

/// A store time and the machine's clocks at that moment. A store keeps its last mark, so that its clock goes
/// on in the next process.
struct StoreMark
{
    StoreTime at{};
    MachineTime machine;
};

/// How the clock of a store goes on in another process.
struct ResumedClock
{
    StoreTime at{};  ///< the store time now
    /// False when the machine was started anew since the mark, or when nobody knows. Time in which the
    /// machine was off ages nothing, because only the wall clock could tell how long that was.
    bool isSameBoot = false;
};

/// Pure.
ResumedClock resumedClock(const StoreMark &mark, const MachineTime &now);

/// By how much the wall clock was set between two readings of one boot: positive when it was set forward.
/// Empty when it only went on, or was corrected by less than kSmallestStep. Pure.
std::optional<std::chrono::milliseconds> clockStep(const MachineTime &before, const MachineTime &now);
inline constexpr std::chrono::seconds kSmallestStep{10};

/// A store's clock. It moves while the machine runs, in this process and between two processes, and no step
/// of the wall clock moves it. Thread: one.
class StoreClock
{
public:
    using Reader = std::function<MachineTime()>;

    /// Starts with zero. `read` reads the machine's clocks.
    explicit StoreClock(Reader read = machineTime);

    /// Goes on after a mark of an earlier process, or of this one. Logs a step of the wall clock since then.
    void resume(const StoreMark &mark);
    /// Goes on at this time, for a store without a mark.
    void startAt(StoreTime at);

    StoreTime now() const { return at(m_read()); }
    StoreMark mark() const;
    MachineTime machine() const { return m_read(); }
    /// See ResumedClock.
    bool isSameBoot() const { return m_isSameBoot; }
    /// Logs a step of the wall clock since the last call. Call it about once a second.
    void watch();

private:
    void set(StoreTime at, const MachineTime &machine);
    StoreTime at(const MachineTime &machine) const { return StoreTime(m_offset + machine.sinceBoot); }

    Reader m_read;
    std::chrono::milliseconds m_offset{0};  ///< store time minus MachineTime::sinceBoot
    MachineTime m_watched;                  ///< the reading of the last watch()
    bool m_isSameBoot = true;
};

}  // namespace holdline
