// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace holdline {

/// How many starts may leave within any span of a length: "600/1m".
struct StartRate
{
    int starts = 0;  ///< 0: no limit; at most kMostStarts
    std::chrono::milliseconds window{0};

    static constexpr int kMostStarts = 10'000;

    bool isSet() const { return starts > 0; }
    friend bool operator==(const StartRate &, const StartRate &) = default;
};

/// The starts of the last window of time, and when the next one may leave.
///
/// A sliding window of times, and no token bucket. A bucket that allows a burst of N lets nearly 2 N starts
/// pass within one window, and an API that counts would refuse half of them. Here no window of that length
/// ever has more than N starts, a burst of N is possible, and the forecast is exact. The price is one time
/// per start, so StartRate::kMostStarts bounds the memory to 80 KiB.
///
/// A start that was granted and has not left counts, and no start leaves in its place. Pure: the caller
/// passes `now`, which must never go back.
class StartWindow
{
public:
    StartWindow() = default;
    explicit StartWindow(const StartRate &rate) : m_rate(rate) {}
    /// A new rate applies to the known starts too.
    void setRate(const StartRate &rate);

    /// A start was granted. left() or dropped() follows.
    void begin() { ++m_leaving; }
    void left(TimePoint now);
    void dropped();
    /// The start that left at this time certainly reached nobody.
    void takeBack(TimePoint at);
    /// A start of an earlier process.
    void addEarlier(TimePoint at);
    /// At most this many starts are still leaving.
    void setMostLeaving(int most);

    /// When one more start may leave: the epoch when it may leave at any time. Empty while starts that were
    /// granted and have not left fill the window.
    std::optional<TimePoint> next() const;
    /// Forecast: when the `n`th further start may leave, at the earliest. `n` counts from 1.
    TimePoint forecast(int n, TimePoint now) const;
    /// When no start counts any more. The epoch when none counts now.
    TimePoint emptyAt() const;
    /// The starts that count.
    int used(TimePoint now) const;

private:
    /// Forgets starts that are older than the window.
    void expire(TimePoint now);

    std::size_t count() const { return m_times.size() - m_first; }
    TimePoint at(std::size_t index) const { return m_times[m_first + index]; }
    void insert(TimePoint at);
    void tidy();

    StartRate m_rate;
    std::vector<TimePoint> m_times;  ///< sorted; those before m_first have expired
    std::size_t m_first = 0;
    int m_leaving = 0;
};

}  // namespace holdline
