// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace holdline {

/// Tells which idempotency keys the store may hold, with a few bits for each. Most keys are new, and a new
/// key then needs no look-up. A Bloom filter (B. H. Bloom, Space/Time Trade-offs in Hash Coding, 1970) uses
/// 16 bits a key and four hashes, and has room for twice the stored keys. A filter cannot forget one key, so
/// a full one is made anew from the store.
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

    /// True when a new filter is needed. Until it is there, more and more look-ups are needless.
    bool isFull() const;
    /// Begins a new filter, which gets all keys that are added from now on. The old one is in use until
    /// endRenewal(). In between, add() must be called for every key of the store, and for every key that is
    /// committed.
    void beginRenewal();
    void endRenewal();

    /// Above this number the filter would need too much memory. mayContain() is then always true.
    static constexpr std::int64_t kMostKept = 8'000'000;

private:
    static constexpr int kHashes = 4;
    static constexpr std::size_t kBitsPerKey = 16;

    using Places = std::array<std::size_t, kHashes>;
    struct Filter
    {
        std::vector<std::uint64_t> words;
        std::int64_t count = 0;  ///< different keys, about

        bool contains(const Places &places) const;
        void add(const Places &places);
    };

    Places placesOf(const QByteArray &account, const QByteArray &key) const;

    const std::int64_t m_capacity;  ///< keys of a filter; 0 without one
    const std::size_t m_words;
    const std::size_t m_seed;
    mutable std::mutex m_mutex;
    Filter m_filter;
    Filter m_next;  ///< without words while no filter is being made
};

}  // namespace holdline
