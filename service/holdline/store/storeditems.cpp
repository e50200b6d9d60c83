// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storeditems.h"

#include <algorithm>

namespace holdline {

void StoredItems::add(const QByteArray &account, Item item)
{
    QList<Item> &items = m_parts[account].items;
    // Most new items are younger than all others.
    if (items.isEmpty() || items.constLast() < item)
        items.append(item);
    else
        items.insert(std::lower_bound(items.cbegin(), items.cend(), item), item);
    ++m_count;
}

void StoredItems::remove(const QByteArray &account, Item item)
{
    const auto part = m_parts.find(account);
    if (part == m_parts.end())
        return;
    QList<Item> &items = part->second.items;
    const auto at = std::lower_bound(items.cbegin(), items.cend(), item);
    if (at == items.cend() || *at != item)
        return;
    items.erase(at);
    --m_count;
    dropIfEmpty(part);
}

void StoredItems::addBytes(const QByteArray &account, std::int64_t bytes)
{
    if (bytes == 0)
        return;
    const auto part = m_parts.try_emplace(account).first;
    part->second.bytes += bytes;
    m_bytes += bytes;
    dropIfEmpty(part);
}

void StoredItems::dropIfEmpty(Parts::iterator part)
{
    if (part->second.items.isEmpty() && part->second.bytes == 0)
        m_parts.erase(part);
}

std::vector<StoredItems::Owned> StoredItems::firstToGo(Measure measure, int most) const
{
    struct Candidate
    {
        const QByteArray *account;
        const Part *part;
        double weight;
        qsizetype next = 0;  ///< index of the account's oldest item that is not chosen yet

        const Item &oldest() const { return part->items.at(next); }
        bool goesBefore(const Candidate &other) const
        {
            return weight != other.weight ? weight > other.weight : oldest() < other.oldest();
        }
    };
    const auto goesLater = [](const Candidate &a, const Candidate &b) { return b.goesBefore(a); };
    const auto goesEarlier = [](const Candidate &a, const Candidate &b) { return a.goesBefore(b); };
    // Only the `most` largest accounts can lose items, so only these are collected. The heap has the smallest
    // of them on top.
    std::vector<Candidate> largest;
    for (const auto &[account, part] : m_parts) {
        if (part.items.isEmpty())
            continue;
        const std::int64_t weight = measure == Measure::Items ? part.items.size() : part.bytes;
        const Candidate candidate{&account, &part, static_cast<double>(weight)};
        const bool isFull = std::ssize(largest) >= most;
        if (isFull && (largest.empty() || !candidate.goesBefore(largest.front())))
            continue;
        if (isFull) {
            std::pop_heap(largest.begin(), largest.end(), goesEarlier);
            largest.pop_back();
        }
        largest.push_back(candidate);
        std::push_heap(largest.begin(), largest.end(), goesEarlier);
    }
    std::vector<Owned> first;
    std::make_heap(largest.begin(), largest.end(), goesLater);
    while (std::ssize(first) < most && !largest.empty()) {
        std::pop_heap(largest.begin(), largest.end(), goesLater);
        Candidate &candidate = largest.back();
        first.push_back({*candidate.account, candidate.oldest()});
        const auto count = static_cast<double>(candidate.part->items.size());
        candidate.weight -=
            measure == Measure::Items ? 1 : static_cast<double>(candidate.part->bytes) / count;
        if (++candidate.next < candidate.part->items.size())
            std::push_heap(largest.begin(), largest.end(), goesLater);
        else
            largest.pop_back();
    }
    return first;
}

}  // namespace holdline
