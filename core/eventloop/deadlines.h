// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdline {

/// One ordered table of deadlines, at most one per key (like the timeout table of redis). Setting, moving
/// and clearing take O(log n), and the next deadline takes O(1). The table owns no timer and reads no
/// clock; DeadlineTimer drives it. Not thread-safe: one table belongs to one event loop.
template <typename Key>
class Deadlines
{
public:
    /// Sets the deadline of `key`, and replaces an older one.
    void set(const Key &key, TimePoint at)
    {
        auto [it, inserted] = m_byKey.try_emplace(key, at);
        if (!inserted) {
            if (it->second == at)
                return;
            m_ordered.erase({it->second, key});
            it->second = at;
        }
        m_ordered.insert({at, key});
    }

    /// Clears the deadline of `key`. False if it had none.
    bool clear(const Key &key)
    {
        const auto it = m_byKey.find(key);
        if (it == m_byKey.end())
            return false;
        m_ordered.erase({it->second, key});
        m_byKey.erase(it);
        return true;
    }

    /// Removes one key whose deadline is at or before `now`, the earliest first. One per call, so
    /// that the caller can set and clear other keys in between.
    std::optional<Key> takeExpired(TimePoint now)
    {
        if (m_ordered.empty() || m_ordered.begin()->first > now)
            return std::nullopt;
        const Key key = m_ordered.begin()->second;
        m_ordered.erase(m_ordered.begin());
        m_byKey.erase(key);
        return key;
    }

    /// The next deadline. Empty when there is none.
    std::optional<TimePoint> next() const
    {
        if (m_ordered.empty())
            return std::nullopt;
        return m_ordered.begin()->first;
    }

    std::optional<TimePoint> at(const Key &key) const
    {
        const auto it = m_byKey.find(key);
        if (it == m_byKey.end())
            return std::nullopt;
        return it->second;
    }

    std::size_t size() const { return m_byKey.size(); }
    bool empty() const { return m_byKey.empty(); }

private:
    std::set<std::pair<TimePoint, Key>> m_ordered;
    std::unordered_map<Key, TimePoint> m_byKey;
};

}  // namespace holdline
