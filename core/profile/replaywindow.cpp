// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/replaywindow.h"

#include <algorithm>

namespace holdline::profile {

Sighting ReplayWindow::see(const QByteArray &key, const QByteArray &owner, TimePoint now)
{
    while (!m_order.empty() && now - m_order.front().seen > m_age)
        dropOldest();
    if (key.isEmpty())
        return Sighting::New;
    if (const auto known = m_owners.constFind(key); known != m_owners.cend())
        return *known == owner ? Sighting::Repeated : Sighting::Replayed;
    while (!m_order.empty() && static_cast<qsizetype>(m_order.size()) >= m_maxSize)
        dropOldest();
    m_order.push_back({now, key});
    m_owners.insert(key, owner);
    return Sighting::New;
}

void ReplayWindow::forget(const QByteArray &key)
{
    if (!m_owners.remove(key))
        return;
    // Searches from the end: a callback that could not be accepted is rare, and its key was added a moment
    // ago.
    const auto entry =
        std::find_if(m_order.rbegin(), m_order.rend(), [&key](const Entry &one) { return one.key == key; });
    if (entry != m_order.rend())
        m_order.erase(std::next(entry).base());
}

void ReplayWindow::dropOldest()
{
    m_owners.remove(m_order.front().key);
    m_order.pop_front();
}

}  // namespace holdline::profile
