// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace holdline {

/// Tells which idempotency keys the store may hold, with a few bits for each. Most keys are new, and a new
/// key then needs no look-up. Two Bloom filters (B. H. Bloom, Space/Time Trade-offs in Hash Coding, 1970) use
/// 16 bits a key and four hashes. One in 400 new keys causes a needless look-up. When the younger filter is
/// full, it replaces the older one. Each filter has room for all stored keys, so every stored key is in one
/// of the two.
///
/// Thread: any.
class KnownKeys
{
public:
    /// `kept` is the largest number of keys in the store.
    explicit KnownKeys(std::int64_t kept);

    /// Must be called before the key is stored.
    void add(const QByteArray &account, const QByteArray &key);
    /// False when the store certainly does not hold the key.
    bool mayContain(const QByteArray &account, const QByteArray &key) const;

    /// Above this number the filters would need too much memory. mayContain() is then always true.
    static constexpr std::int64_t kMostKept = 8'000'000;

private:
    static constexpr int kHashes = 4;
    static constexpr std::size_t kBitsPerKey = 16;

    using Filter = std::vector<std::uint64_t>;
    using Places = std::array<std::size_t, kHashes>;

    Places placesOf(const QByteArray &account, const QByteArray &key) const;
    static bool contains(const Filter &filter, const Places &places);

    const std::int64_t m_capacity;  ///< keys of one filter; 0 without filters
    const std::size_t m_seed;
    mutable std::mutex m_mutex;
    Filter m_younger;
    Filter m_older;
    std::int64_t m_count = 0;  ///< keys in the younger filter
};

}  // namespace holdline
