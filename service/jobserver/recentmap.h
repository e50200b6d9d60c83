// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_map>

namespace holdline {

/// Remembers the values of the last `capacity` different keys and drops the oldest. Bounds the memory.
template <typename Key, typename Value>
class RecentMap
{
public:
    explicit RecentMap(std::size_t capacity) : m_capacity(capacity) {}

    /// Returns false when the key exists. The key then keeps its value and its age.
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

    /// Returns null without the key. The pointer is valid until the next insert().
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
