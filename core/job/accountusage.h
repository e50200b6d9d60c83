// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytebudget.h"

#include <QByteArray>
#include <QHashFunctions>

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace holdline {

/// True when an account that uses `used` of something may take one more, while all accounts together use
/// `total` of `limit`. An account may use as much as its share of what is left: with a share of 80 percent
/// four times as much. So one account alone gets 80 percent, two get 44 percent each, and there is always
/// room for the next one. (A. Choudhury, E. Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet
/// Switches", 1998.) A share of 100 percent is no limit. A limit of 0 is none either. When nothing is left,
/// the limit on all accounts refuses, so the answer is true.
constexpr bool isWithinShare(std::int64_t used, std::int64_t total, std::int64_t limit, int sharePercent)
{
    if (sharePercent >= 100 || limit <= 0 || total >= limit)
        return true;
    return static_cast<double>(used) * (100 - sharePercent) <
           static_cast<double>(limit - total) * sharePercent;
}

/// Counts what each account uses now: held requests, durable jobs and the bytes of bodies. All accounts
/// share the limits on them. Knows the accounts with a request or a job only. Thread: one.
class AccountUsage
{
public:
    class Seat;

    /// The use of one account. Lives as long as one of its seats.
    class Use
    {
    public:
        explicit Use(ByteBudget &all) : m_bytes(0, &all) {}
        int requests() const { return m_requests; }
        int durable() const { return m_durable; }
        std::int64_t bytes() const { return m_bytes.used(); }

    private:
        friend class AccountUsage;
        friend class Seat;

        AccountUsage *m_usage = nullptr;
        const QByteArray *m_account = nullptr;
        int m_seats = 0;
        int m_requests = 0;
        int m_durable = 0;
        ByteBudget m_bytes;
    };

    /// The part of one request or one job in the use of its account. Must not outlive the AccountUsage.
    class Seat
    {
    public:
        /// Counts nothing.
        Seat() = default;
        Seat(Seat &&other) noexcept
            : m_use(std::exchange(other.m_use, nullptr)),
              m_bytes(std::move(other.m_bytes)),
              m_isRequest(other.m_isRequest),
              m_isDurable(other.m_isDurable)
        {
        }
        Seat &operator=(Seat &&other) noexcept;
        ~Seat() { leave(); }

        const Use *use() const { return m_use; }
        /// Another seat of the same account. It counts nothing yet.
        Seat another() const { return m_use ? Seat(*m_use) : Seat(); }
        /// From now on it counts as a held request, or as a durable job.
        void countRequest();
        void countDurable();
        void setBytes(std::int64_t bytes) { m_bytes.set(bytes); }

    private:
        friend class AccountUsage;
        explicit Seat(Use &use);
        void leave();

        Use *m_use = nullptr;
        ByteCharge m_bytes;
        bool m_isRequest = false;
        bool m_isDurable = false;
    };

    /// `bytes` counts the bytes of all accounts and must outlive this object.
    explicit AccountUsage(ByteBudget &bytes) : m_bytes(bytes) {}
    AccountUsage(const AccountUsage &) = delete;
    AccountUsage &operator=(const AccountUsage &) = delete;

    Seat enter(const QByteArray &account);
    int accounts() const { return static_cast<int>(m_uses.size()); }

private:
    ByteBudget &m_bytes;
    std::unordered_map<QByteArray, Use> m_uses;
};

}  // namespace holdline
