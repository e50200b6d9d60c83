// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace holdline {

/// A limit of start requests per time: at most `starts` within any span of length `window`. Written as
/// "600/1m".
struct StartRate
{
    int starts = 0;  ///< 0: no limit; at most kMostStarts
    std::chrono::milliseconds window{0};

    static constexpr int kMostStarts = 10'000;

    bool isSet() const { return starts > 0; }
    friend bool operator==(const StartRate &, const StartRate &) = default;
};

/// The times of the start requests within the last window of a rate. Tells when the next start request may be
/// sent.
///
/// This is a sliding window of times, not a token bucket. A token bucket with a burst of N would let nearly 2
/// N start requests pass within one window, and an API that counts exactly would refuse half of them. Here no
/// window ever has more than N start requests, a burst of N is possible, and the forecast is exact. The cost
/// is one time per start request: at most 80 KiB, because of StartRate::kMostStarts.
///
/// A start request that was granted and is not sent yet counts too. Pure: the caller passes `now`, which must
/// never go back.
class StartWindow
{
public:
    StartWindow() = default;
    explicit StartWindow(const StartRate &rate) : m_rate(rate) {}
    /// Changes the rate. The start requests so far count for the new rate too.
    void setRate(const StartRate &rate);

    /// A start request was granted. The caller must call left() or dropped() later.
    void begin() { ++m_leaving; }
    /// A granted start request is sent now.
    void left(TimePoint now);
    /// A granted start request will not be sent.
    void dropped();
    /// The start request sent at the time `at` certainly did not reach the upstream, so it does not count any
    /// more.
    void takeBack(TimePoint at);
    /// Adds a start request that an earlier process sent at the time `at`.
    void addEarlier(TimePoint at);
    /// At most `most` granted start requests are not sent yet. Corrects a missing left() or dropped().
    void setMostLeaving(int most);

    /// Returns when one more start request may be sent. The epoch of the clock means at any time. Empty while
    /// granted start requests that are not sent yet use up the whole rate.
    std::optional<TimePoint> next() const;
    /// Returns when the `n`th further start request may be sent, at the earliest. `n` counts from 1.
    TimePoint forecast(int n, TimePoint now) const;
    /// Returns when the last start request stops counting. The epoch when none counts now.
    TimePoint emptyAt() const;
    /// Returns how many start requests count at `now`, including granted ones.
    int used(TimePoint now) const;

private:
    /// Forgets start requests that are older than the window.
    void expire(TimePoint now);

    std::size_t count() const { return m_times.size() - m_first; }
    TimePoint at(std::size_t index) const { return m_times[m_first + index]; }
    void insert(TimePoint at);
    void tidy();

    StartRate m_rate;
    std::vector<TimePoint> m_times;  ///< sorted; times before index m_first do not count any more
    std::size_t m_first = 0;
    int m_leaving = 0;  ///< start requests that were granted and are not sent yet
};

}  // namespace holdline
