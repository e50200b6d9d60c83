// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/startwindow.h"

#include <algorithm>

namespace holdline {

namespace {

/// Forecasts do not go beyond this number of windows, so that the arithmetic cannot overflow.
constexpr int kMostWindows = 10'000;

}  // namespace

void StartWindow::setRate(const StartRate &rate)
{
    m_rate = rate;
    tidy();
}

void StartWindow::left(TimePoint now)
{
    dropped();
    insert(now);
    expire(now);
}

void StartWindow::dropped()
{
    m_leaving = std::max(m_leaving - 1, 0);
}

void StartWindow::addEarlier(TimePoint at)
{
    insert(at);
}

void StartWindow::setMostLeaving(int most)
{
    m_leaving = std::min(m_leaving, most);
}

void StartWindow::insert(TimePoint at)
{
    const auto begin = m_times.begin() + static_cast<std::ptrdiff_t>(m_first);
    m_times.insert(std::upper_bound(begin, m_times.end(), at), at);
    tidy();
}

void StartWindow::takeBack(TimePoint at)
{
    const auto begin = m_times.begin() + static_cast<std::ptrdiff_t>(m_first);
    const auto found = std::lower_bound(begin, m_times.end(), at);
    if (found != m_times.end() && *found == at)
        m_times.erase(found);
}

void StartWindow::expire(TimePoint now)
{
    while (m_first < m_times.size() && m_times[m_first] + m_rate.window <= now)
        ++m_first;
    tidy();
}

/// Drops all but the last `starts` times, because only these decide when the next start request may be sent.
void StartWindow::tidy()
{
    const auto most = static_cast<std::size_t>(m_rate.starts);
    if (count() > most)
        m_first = m_times.size() - most;
    if (m_first < 16 || m_first * 2 < m_times.size())
        return;
    m_times.erase(m_times.begin(), m_times.begin() + static_cast<std::ptrdiff_t>(m_first));
    m_first = 0;
}

std::optional<TimePoint> StartWindow::next() const
{
    const int full = static_cast<int>(count()) + m_leaving - m_rate.starts;
    if (full < 0)
        return TimePoint{};
    if (full >= static_cast<int>(count()))
        return std::nullopt;
    return at(static_cast<std::size_t>(full)) + m_rate.window;
}

TimePoint StartWindow::forecast(int n, TimePoint now) const
{
    // Start request number `p` may be sent one window after number `p - starts`. Granted start requests count
    // as sent now.
    const int known = static_cast<int>(count());
    const int position = known + m_leaving + n;
    const int windows = std::min((position - known + m_rate.starts - 1) / m_rate.starts, kMostWindows);
    const int before = position - windows * m_rate.starts;
    const TimePoint first = before >= 1 && before <= known
                                ? std::max(now, at(static_cast<std::size_t>(before - 1)) + m_rate.window)
                                : now;
    return first + (windows - 1) * m_rate.window;
}

TimePoint StartWindow::emptyAt() const
{
    return count() == 0 ? TimePoint{} : m_times.back() + m_rate.window;
}

int StartWindow::used(TimePoint now) const
{
    const auto begin = m_times.begin() + static_cast<std::ptrdiff_t>(m_first);
    const auto valid = std::upper_bound(begin, m_times.end(), now - m_rate.window);
    return static_cast<int>(m_times.end() - valid) + m_leaving;
}

}  // namespace holdline
