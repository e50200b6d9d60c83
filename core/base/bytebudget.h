// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>

namespace holdline {

/// Counts the bytes of request and response bodies against a limit. A budget may be part of a second budget,
/// `whole`, which then counts the part's bytes too (one level only). A budget must outlive its charges and
/// its parts. Not thread-safe.
class ByteBudget
{
public:
    /// `limit` is in bytes; 0 means no limit. `whole` may be null. The limit of `whole` is not checked by
    /// this budget's fits().
    explicit ByteBudget(std::int64_t limit = 0, ByteBudget *whole = nullptr) : m_limit(limit), m_whole(whole)
    {
    }
    ByteBudget(const ByteBudget &) = delete;
    ByteBudget &operator=(const ByteBudget &) = delete;

    void setLimit(std::int64_t limit) { m_limit = limit; }
    std::int64_t limit() const { return m_limit; }
    std::int64_t used() const { return m_used; }
    /// Returns whether `more` further bytes stay within the limit. The budget enforces nothing: the caller
    /// checks first, and a charge beyond the limit is counted all the same.
    bool fits(std::int64_t more) const { return m_limit <= 0 || more <= m_limit - m_used; }

private:
    friend class ByteCharge;

    void add(std::int64_t bytes)
    {
        m_used += bytes;
        if (m_whole)
            m_whole->m_used += bytes;
    }

    std::int64_t m_limit;
    std::int64_t m_used = 0;
    ByteBudget *m_whole;
};

/// Counts one owner's bytes in a budget. The destructor takes these bytes off the budget.
class ByteCharge
{
public:
    /// Makes a charge without a budget; set() does nothing.
    ByteCharge() = default;
    explicit ByteCharge(ByteBudget &budget) : m_budget(&budget) {}
    ByteCharge(ByteCharge &&other) noexcept
        : m_budget(std::exchange(other.m_budget, nullptr)), m_bytes(std::exchange(other.m_bytes, 0))
    {
    }
    ByteCharge &operator=(ByteCharge &&other) noexcept
    {
        std::swap(m_budget, other.m_budget);
        std::swap(m_bytes, other.m_bytes);
        return *this;
    }
    ~ByteCharge() { set(0); }

    /// Sets the number of bytes that this owner uses now.
    void set(std::int64_t bytes)
    {
        if (m_budget && bytes != m_bytes)
            m_budget->add(bytes - std::exchange(m_bytes, bytes));
    }

private:
    ByteBudget *m_budget = nullptr;
    std::int64_t m_bytes = 0;
};

}  // namespace holdline
