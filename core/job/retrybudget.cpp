// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/retrybudget.h"

namespace holdline {

RetryBudget::Slice &RetryBudget::sliceOf(TimePoint now)
{
    const std::int64_t number = numberOf(now);
    Slice &slice = m_slices[static_cast<std::size_t>(number % kSlices)];
    if (slice.number != number)
        slice = {number, 0, 0};
    return slice;
}

bool RetryBudget::take(TimePoint now)
{
    Slice &current = sliceOf(now);
    std::int64_t starts = 0;
    std::int64_t retries = 0;
    for (const Slice &slice : m_slices) {
        if (slice.number <= current.number - kSlices)
            continue;
        starts += slice.starts;
        retries += slice.retries;
    }
    if (retries >= std::int64_t(m_limits.perSecond) * kSlices + starts * m_limits.percent / 100)
        return false;
    ++current.retries;
    return true;
}

}  // namespace holdline
