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

/// A store time and the machine's clocks at that moment. A store saves its last mark, so that the next
/// process can continue the clock.
struct StoreMark
{
    StoreTime at{};
    MachineTime machine;
};

/// The point from which another process continues the clock of a store.
struct ResumedClock
{
    StoreTime at{};  ///< the store time now
    /// False when the machine was restarted since the mark, or when this is unknown. The time in which the
    /// machine was off does not count, because only the wall clock could measure it.
    bool isSameBoot = false;
};

/// Computes the present store time from a mark. Pure.
ResumedClock resumedClock(const StoreMark &mark, const MachineTime &now);

/// Returns by how much the wall clock was set between two readings of one boot: positive when it was set
/// forward. Returns nothing when it was not set, or by less than kSmallestStep. Pure.
std::optional<std::chrono::milliseconds> clockStep(const MachineTime &before, const MachineTime &now);
inline constexpr std::chrono::seconds kSmallestStep{10};

/// A store's clock. It runs while the machine runs, in this process and between two processes. Setting the
/// wall clock does not change it. For use in one thread.
class StoreClock
{
public:
    using Reader = std::function<MachineTime()>;

    /// Starts the clock at zero. `read` reads the machine's clocks.
    explicit StoreClock(Reader read = machineTime);

    /// Continues from a mark of an earlier process, or of this process. Logs when the wall clock was set
    /// since the mark.
    void resume(const StoreMark &mark);
    /// Continues from this time, for a store without a mark.
    void startAt(StoreTime at);

    StoreTime now() const { return at(m_read()); }
    StoreMark mark() const;
    MachineTime machine() const { return m_read(); }
    /// See ResumedClock.
    bool isSameBoot() const { return m_isSameBoot; }
    /// Logs when the wall clock was set since the last call. Call this function about once a second.
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
