// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_map>

namespace holdline {

/// Remembers what the last `capacity` different keys were entered with and forgets the oldest: memory with a
/// limit.
template <typename Key, typename Value>
class RecentMap
{
public:
    explicit RecentMap(std::size_t capacity) : m_capacity(capacity) {}

    /// False when the key is already there; it keeps its value and its age then.
    bool insert(const Key &key, const Value &value)
    {
        if (!m_values.emplace(key, value).second)
            return false;
        m_order.push_back(key);
        if (m_order.size() > m_capacity) {
            m_values.erase(m_order.front());
            m_order.pop_front();
        }
        return true;
    }

    /// Null when it is not there. Good until the next insert().
    const Value *find(const Key &key) const
    {
        const auto it = m_values.find(key);
        return it == m_values.end() ? nullptr : &it->second;
    }
    bool contains(const Key &key) const { return m_values.contains(key); }
    std::size_t size() const { return m_values.size(); }

private:
    std::size_t m_capacity;
    std::deque<Key> m_order;
    std::unordered_map<Key, Value> m_values;
};

}  // namespace holdline
