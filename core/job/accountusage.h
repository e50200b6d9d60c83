// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytebudget.h"

#include <QByteArray>
#include <QHashFunctions>

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace holdline {

/// Counts what each account uses now: held requests, durable jobs, the bytes of bodies in memory, and the
/// bytes of requests in the store. All accounts share the limits on them. Knows the accounts with a request
/// or a job only. Thread: one.
class AccountUsage
{
public:
    class Seat;

    /// The use of one account. Lives as long as one of its seats.
    class Use
    {
    public:
        Use(ByteBudget &memory, ByteBudget &stored) : m_bytes(0, &memory), m_stored(0, &stored) {}
        int requests() const { return m_requests; }
        int durable() const { return m_durable; }
        std::int64_t bytes() const { return m_bytes.used(); }
        std::int64_t stored() const { return m_stored.used(); }

    private:
        friend class AccountUsage;
        friend class Seat;

        AccountUsage *m_usage = nullptr;
        const QByteArray *m_account = nullptr;
        int m_seats = 0;
        int m_requests = 0;
        int m_durable = 0;
        ByteBudget m_bytes;
        ByteBudget m_stored;
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
        /// Counts the bytes of a request in the store. The charge must not outlive the seat.
        ByteCharge chargeStored(std::int64_t bytes) const;
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

    /// Both count the bytes of all accounts and must outlive this object.
    AccountUsage(ByteBudget &memory, ByteBudget &stored) : m_memory(memory), m_stored(stored) {}
    AccountUsage(const AccountUsage &) = delete;
    AccountUsage &operator=(const AccountUsage &) = delete;

    Seat enter(const QByteArray &account);
    int accounts() const { return static_cast<int>(m_uses.size()); }

private:
    ByteBudget &m_memory;
    ByteBudget &m_stored;
    std::unordered_map<QByteArray, Use> m_uses;
};

}  // namespace holdline
