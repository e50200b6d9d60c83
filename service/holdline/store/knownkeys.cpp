// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/knownkeys.h"

#include <QHashFunctions>
#include <QRandomGenerator>

#include <algorithm>

namespace holdline {

namespace {

constexpr std::size_t kWordBits = 64;

}  // namespace

KnownKeys::KnownKeys(std::int64_t kept)
    : m_capacity(kept > kMostKept ? 0 : std::max<std::int64_t>(kept, 1)),
      m_seed(static_cast<std::size_t>(QRandomGenerator::system()->generate64())),
      m_younger(static_cast<std::size_t>(m_capacity) * kBitsPerKey / kWordBits + 1),
      m_older(m_younger.size())
{
}

KnownKeys::Places KnownKeys::placesOf(const QByteArray &account, const QByteArray &key) const
{
    // Two hashes give any number of them (Kirsch and Mitzenmacher, Less Hashing, Same Performance, 2006).
    const std::size_t first = qHash(key, qHash(account, m_seed));
    const std::size_t second = qHash(key, ~first) | 1;
    Places places;
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = (first + i * second) % (m_younger.size() * kWordBits);
    return places;
}

bool KnownKeys::contains(const Filter &filter, const Places &places)
{
    return std::all_of(places.begin(), places.end(), [&filter](std::size_t place) {
        return (filter[place / kWordBits] >> (place % kWordBits) & 1) != 0;
    });
}

void KnownKeys::add(const QByteArray &account, const QByteArray &key)
{
    if (m_capacity == 0)
        return;
    const Places places = placesOf(account, key);
    const std::lock_guard lock(m_mutex);
    if (contains(m_younger, places))
        return;
    if (m_count >= m_capacity) {
        m_older.swap(m_younger);
        std::fill(m_younger.begin(), m_younger.end(), 0);
        m_count = 0;
    }
    for (const std::size_t place : places)
        m_younger[place / kWordBits] |= std::uint64_t(1) << (place % kWordBits);
    ++m_count;
}

bool KnownKeys::mayContain(const QByteArray &account, const QByteArray &key) const
{
    if (m_capacity == 0)
        return true;
    const Places places = placesOf(account, key);
    const std::lock_guard lock(m_mutex);
    return contains(m_younger, places) || contains(m_older, places);
}

}  // namespace holdline
