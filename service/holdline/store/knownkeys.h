// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace holdline {

/// Which idempotency keys the store may hold, in a few bits each: a new key, which is the rule, needs no look
/// into it. Two Bloom filters (B. H. Bloom, Space/Time Trade-offs in Hash Coding, 1970), 16 bits a key and
/// four hashes: one in 400 new keys is looked for in vain. When the younger one is full it becomes the older
/// one, which is forgotten; each holds more keys than the store keeps, so what is stored is in one of them.
///
/// Thread: any.
class KnownKeys
{
public:
    /// `kept`: the store never holds more keys than that.
    explicit KnownKeys(std::int64_t kept);

    /// Called before the key is stored.
    void add(const QByteArray &account, const QByteArray &key);
    /// False: the store certainly does not hold it.
    bool mayContain(const QByteArray &account, const QByteArray &key) const;

    /// More would take too much memory; everything may be contained then.
    static constexpr std::int64_t kMostKept = 8'000'000;

private:
    static constexpr int kHashes = 4;
    static constexpr std::size_t kBitsPerKey = 16;

    using Filter = std::vector<std::uint64_t>;
    using Places = std::array<std::size_t, kHashes>;

    Places placesOf(const QByteArray &account, const QByteArray &key) const;
    static bool contains(const Filter &filter, const Places &places);

    const std::int64_t m_capacity;  ///< keys of one filter; 0: there is none
    const std::size_t m_seed;
    mutable std::mutex m_mutex;
    Filter m_younger;
    Filter m_older;
    std::int64_t m_count = 0;  ///< keys in the younger one
};

}  // namespace holdline
