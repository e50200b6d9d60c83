// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/storeclock.h"

#include <QByteArray>
#include <QList>

#include <compare>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace holdline {

/// The items of a store by account: ended jobs, or dead letters of one kind. A full store removes items of
/// the account that uses most of it. So a flood of items of one account cannot push out the items of other
/// accounts.
///
/// An item takes 16 bytes of memory. For use in one thread.
class StoredItems
{
public:
    /// An item, by its age. `number` is the item's own number in the store.
    struct Item
    {
        StoreTime at{};
        std::int64_t number = 0;

        friend auto operator<=>(const Item &, const Item &) = default;
    };
    /// An item and its account.
    struct Owned
    {
        QByteArray account;
        Item item;
    };
    enum class Measure { Items, Bytes };

    void add(const QByteArray &account, Item item);
    void remove(const QByteArray &account, Item item);
    /// Adds to the bytes of an account, which may include bytes of unfinished jobs. A negative number
    /// subtracts.
    void addBytes(const QByteArray &account, std::int64_t bytes);

    std::int64_t count() const { return m_count; }
    std::int64_t bytes() const { return m_bytes; }

    /// Returns the items that must be removed first, at most `most`. Each item is the oldest one of the
    /// account that has the most, by `measure`, without the items returned before it. Of equal accounts, the
    /// account with the older item comes first. An item counts with the average bytes of its account's items.
    /// Looks at each account once.
    std::vector<Owned> firstToGo(Measure measure, int most) const;

private:
    struct Part
    {
        QList<Item> items;  ///< oldest first; QList removes its first element quickly
        std::int64_t bytes = 0;
    };

    using Parts = std::unordered_map<QByteArray, Part>;

    void dropIfEmpty(Parts::iterator part);

    Parts m_parts;
    std::int64_t m_count = 0;
    std::int64_t m_bytes = 0;
};

}  // namespace holdline
