// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_set>

namespace holdline {

/// Remembers the last `capacity` different values and forgets the oldest: memory with a limit.
template <typename Value>
class RecentSet
{
public:
    explicit RecentSet(std::size_t capacity) : m_capacity(capacity) {}

    /// False when it is already there; it keeps its age then.
    bool insert(const Value &value)
    {
        if (!m_values.insert(value).second)
            return false;
        m_order.push_back(value);
        if (m_order.size() > m_capacity) {
            m_values.erase(m_order.front());
            m_order.pop_front();
        }
        return true;
    }

    bool contains(const Value &value) const { return m_values.contains(value); }
    std::size_t size() const { return m_values.size(); }

private:
    std::size_t m_capacity;
    std::deque<Value> m_order;
    std::unordered_set<Value> m_values;
};

}  // namespace holdline
