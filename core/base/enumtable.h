// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

#include <array>

namespace holdline {

/// A table with one value for each enumerator of an enum whose values are 0, 1, 2 and so on. Every entry
/// names its enumerator. A table with a missing or misplaced entry does not compile. A look-up is one array
/// access.
template <typename Enum, typename Value, std::size_t size>
class EnumTable
{
public:
    struct Entry
    {
        Enum key;
        Value value;
    };

    consteval EnumTable(const Entry (&entries)[size])
    {
        for (std::size_t i = 0; i < size; ++i) {
            if (entries[i].key != static_cast<Enum>(i))
                throw "an entry is missing or not in its place";
            m_values[i] = entries[i].value;
        }
    }

    constexpr const Value &operator[](Enum key) const { return m_values[static_cast<std::size_t>(key)]; }

private:
    std::array<Value, size> m_values{};
};

/// A table with one text for each enumerator.
template <typename Enum, std::size_t size>
using EnumTexts = EnumTable<Enum, QLatin1StringView, size>;

}  // namespace holdline
