// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/knownkeys.h"

#include <QHashFunctions>
#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace holdline {

namespace {

constexpr std::size_t kWordBits = 64;

}  // namespace

KnownKeys::KnownKeys(std::int64_t kept)
    : m_capacity(kept > kMostKept ? 0 : 2 * std::max<std::int64_t>(kept, 1)),
      m_words(static_cast<std::size_t>(m_capacity) * kBitsPerKey / kWordBits + 1),
      m_seed(static_cast<std::size_t>(QRandomGenerator::system()->generate64()))
{
    m_filter.words.resize(m_words);
}

KnownKeys::Places KnownKeys::placesOf(const QByteArray &account, const QByteArray &key) const
{
    // All hashes are computed from two (Kirsch and Mitzenmacher, Less Hashing, Same Performance, 2006).
    const std::size_t first = qHash(key, qHash(account, m_seed));
    const std::size_t second = qHash(key, ~first) | 1;
    Places places;
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = (first + i * second) % (m_words * kWordBits);
    return places;
}

bool KnownKeys::Filter::contains(const Places &places) const
{
    return std::all_of(places.begin(), places.end(), [this](std::size_t place) {
        return (words[place / kWordBits] >> (place % kWordBits) & 1) != 0;
    });
}

void KnownKeys::Filter::add(const Places &places)
{
    if (contains(places))
        return;
    for (const std::size_t place : places)
        words[place / kWordBits] |= std::uint64_t(1) << (place % kWordBits);
    ++count;
}

void KnownKeys::add(const QByteArray &account, const QByteArray &key)
{
    if (m_capacity == 0)
        return;
    const Places places = placesOf(account, key);
    const std::lock_guard lock(m_mutex);
    m_filter.add(places);
    if (!m_next.words.empty())
        m_next.add(places);
}

bool KnownKeys::mayContain(const QByteArray &account, const QByteArray &key) const
{
    if (m_capacity == 0)
        return true;
    const Places places = placesOf(account, key);
    const std::lock_guard lock(m_mutex);
    return m_filter.contains(places);
}

bool KnownKeys::isFull() const
{
    const std::lock_guard lock(m_mutex);
    return m_capacity != 0 && m_filter.count >= m_capacity;
}

void KnownKeys::beginRenewal()
{
    std::vector<std::uint64_t> words(m_words);
    const std::lock_guard lock(m_mutex);
    m_next = {std::move(words), 0};
}

void KnownKeys::endRenewal()
{
    const std::lock_guard lock(m_mutex);
    m_filter = std::exchange(m_next, {});
}

}  // namespace holdline
