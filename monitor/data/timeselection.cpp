// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/timeselection.h"

namespace holdline::monitor {

void TimeSelection::setRange(const std::optional<TimeRange> &range)
{
    const std::optional<TimeRange> next = range && range->from < range->to ? range : std::nullopt;
    if (next == m_range)
        return;
    m_range = next;
    Q_EMIT changed();
}

}  // namespace holdline::monitor
