// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace holdline {

/// Tells which idempotency keys the store may hold, so that a new key needs no look-up. Most keys are new. A
/// Bloom filter (B. H. Bloom, Space/Time Trade-offs in Hash Coding, 1970) uses 16 bits per key and four
/// hashes, and has room for twice the stored keys. A single key cannot be removed from the filter, so a full
/// filter is built anew from the store.
///
/// Thread-safe.
class KnownKeys
{
public:
    /// `kept` is the largest number of keys in the store.
    explicit KnownKeys(std::int64_t kept);

    /// Must be called before the key is stored.
    void add(const QByteArray &account, const QByteArray &key);
    /// False when the store certainly does not hold the key.
    bool mayContain(const QByteArray &account, const QByteArray &key) const;

    /// True when the filter is full and a new filter must be built. A full filter causes more and more
    /// needless look-ups.
    bool isFull() const;
    /// Begins to build a new filter. The old filter stays in use until endRenewal(). In between, add() adds
    /// keys to both filters, and must be called for every key of the store and for every key that is
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
        std::int64_t count = 0;  ///< the number of different keys, approximately

        bool contains(const Places &places) const;
        void add(const Places &places);
    };

    Places placesOf(const QByteArray &account, const QByteArray &key) const;

    const std::int64_t m_capacity;  ///< the most keys of a filter; 0: no filter is used
    const std::size_t m_words;
    const std::size_t m_seed;
    mutable std::mutex m_mutex;
    Filter m_filter;
    Filter m_next;  ///< the new filter; without words while none is being built
};

}  // namespace holdline
