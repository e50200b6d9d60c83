// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdline {

/// An ordered table of deadlines with at most one deadline per key, like the timeout table of redis. Setting,
/// moving and clearing a deadline take O(log n); reading the next one takes O(1). The table owns no timer and
/// reads no clock; DeadlineTimer does both. Not thread-safe: one table belongs to one event loop.
template <typename Key>
class Deadlines
{
public:
    /// Sets the deadline of `key`. Replaces an earlier deadline of the same key.
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

    /// Clears the deadline of `key`. Returns false if `key` had no deadline.
    bool clear(const Key &key)
    {
        const auto it = m_byKey.find(key);
        if (it == m_byKey.end())
            return false;
        m_ordered.erase({it->second, key});
        m_byKey.erase(it);
        return true;
    }

    /// Removes the key with the earliest deadline and returns it, if the deadline is at or before `now`.
    /// Takes only one key per call, so that the caller can set and clear deadlines between two calls.
    std::optional<Key> takeExpired(TimePoint now)
    {
        if (m_ordered.empty() || m_ordered.begin()->first > now)
            return std::nullopt;
        const Key key = m_ordered.begin()->second;
        m_ordered.erase(m_ordered.begin());
        m_byKey.erase(key);
        return key;
    }

    /// Returns the earliest deadline. Empty when the table is empty.
    std::optional<TimePoint> next() const
    {
        if (m_ordered.empty())
            return std::nullopt;
        return m_ordered.begin()->first;
    }

    /// Returns the deadline of `key`. Empty when `key` has no deadline.
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
