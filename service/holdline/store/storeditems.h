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

/// The items of a store by account: ended jobs, or dead letters of one kind. A full store makes room where
/// most of it is used. So a flood of one account cannot push out what others have.
///
/// An item takes 16 bytes. Thread: one.
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
    /// Adds to the bytes of an account, which may be those of unfinished jobs too. A negative number takes
    /// away.
    void addBytes(const QByteArray &account, std::int64_t bytes);

    std::int64_t count() const { return m_count; }
    std::int64_t bytes() const { return m_bytes; }

    /// The items that should go first, at most `most`: each time the oldest one of the account that has the
    /// most at that time. Of equal accounts the one with the older item comes first. An item counts as many
    /// bytes as its account's items have on average. Looks at each account once.
    std::vector<Owned> firstToGo(Measure measure, int most) const;

private:
    struct Part
    {
        QList<Item> items;  ///< oldest first; QList removes the first one quickly
        std::int64_t bytes = 0;
    };

    using Parts = std::unordered_map<QByteArray, Part>;

    void dropIfEmpty(Parts::iterator part);

    Parts m_parts;
    std::int64_t m_count = 0;
    std::int64_t m_bytes = 0;
};

}  // namespace holdline
