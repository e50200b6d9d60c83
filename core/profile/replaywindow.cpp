// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/replaywindow.h"

#include <algorithm>

namespace holdline::profile {

bool ReplayWindow::isReplay(const QByteArray &key, TimePoint now)
{
    while (!m_order.empty() && now - m_order.front().seen > m_age)
        dropOldest();
    if (key.isEmpty())
        return false;
    if (m_known.contains(key))
        return true;
    while (!m_order.empty() && static_cast<qsizetype>(m_order.size()) >= m_maxSize)
        dropOldest();
    m_order.push_back({now, key});
    m_known.insert(key);
    return false;
}

void ReplayWindow::forget(const QByteArray &key)
{
    if (!m_known.remove(key))
        return;
    // What cannot be taken is rare, and was seen a moment ago: it stands near the end.
    const auto entry =
        std::find_if(m_order.rbegin(), m_order.rend(), [&key](const Entry &one) { return one.key == key; });
    if (entry != m_order.rend())
        m_order.erase(std::next(entry).base());
}

void ReplayWindow::dropOldest()
{
    m_known.remove(m_order.front().key);
    m_order.pop_front();
}

}  // namespace holdline::profile
