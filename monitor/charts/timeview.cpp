// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/timeview.h"

#include <algorithm>

namespace holdline::monitor {

std::optional<TimeRange> TimeView::range(const SampleHistory &history) const
{
    if (history.isEmpty())
        return std::nullopt;
    const WallTime end = m_end.value_or(history.samples().back().at);
    if (m_end)
        return TimeRange{end - m_span, end};
    // Show whole minutes, so that the scale does not change with every sample.
    const Milliseconds known = end - history.extent()->from;
    const auto wanted = std::max(std::chrono::ceil<std::chrono::minutes>(known), kSpans.front());
    return TimeRange{end - std::min(m_span, wanted), end};
}

void TimeView::zoom(bool in, const SampleHistory &history, std::optional<WallTime> around)
{
    const std::optional<TimeRange> before = range(history);
    const auto now = std::find(kSpans.begin(), kSpans.end(), m_span);
    if (now == (in ? kSpans.begin() : kSpans.end() - 1) || !before)
        return;
    m_span = *(in ? now - 1 : now + 1);
    if (around && (!isFollowing() || in)) {
        const double share =
            static_cast<double>((around->time_since_epoch() - before->from.time_since_epoch()).count()) /
            static_cast<double>(before->length().count());
        // A user who zooms near the right end wants to see the newest samples.
        if (!isFollowing() || share < 0.75) {
            const auto after =
                static_cast<double>(Milliseconds(m_span).count()) * (1 - std::clamp(share, 0.0, 1.0));
            setEnd(*around + Milliseconds(static_cast<Milliseconds::rep>(after)), history);
        }
    } else if (m_end) {
        setEnd(*m_end, history);
    }
    Q_EMIT changed();
}

void TimeView::pan(Milliseconds by, const SampleHistory &history)
{
    if (const std::optional<TimeRange> before = range(history)) {
        setEnd(before->to + by, history);
        Q_EMIT changed();
    }
}

void TimeView::setSpan(std::chrono::minutes span)
{
    if (std::find(kSpans.begin(), kSpans.end(), span) == kSpans.end() || span == m_span)
        return;
    m_span = span;
    Q_EMIT changed();
}

void TimeView::follow()
{
    if (!m_end)
        return;
    m_end.reset();
    Q_EMIT changed();
}

void TimeView::setEnd(WallTime end, const SampleHistory &history)
{
    const TimeRange known = history.extent().value_or(TimeRange{});
    const WallTime newest = history.samples().back().at;
    const WallTime least = std::min(known.from + Milliseconds(m_span), newest);
    m_end = std::max(end, least);
    if (*m_end >= newest)
        m_end.reset();
}

}  // namespace holdline::monitor
