// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytebudget.h"

#include <QByteArray>
#include <QHashFunctions>

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace holdline {

/// Counts what each account uses now: held requests, durable jobs, bytes of bodies in memory, and bytes of
/// requests in the store. All accounts share the limits of these resources. Only accounts with a request or a
/// job have an entry. Not thread-safe.
class AccountUsage
{
public:
    class Seat;

    /// The use of one account. Exists as long as the account has a Seat.
    class Use
    {
    public:
        Use(ByteBudget &memory, ByteBudget &stored) : m_bytes(0, &memory), m_stored(0, &stored) {}
        int requests() const { return m_requests; }              ///< held requests
        int durable() const { return m_durable; }                ///< durable jobs
        std::int64_t bytes() const { return m_bytes.used(); }    ///< bytes of bodies in memory
        std::int64_t stored() const { return m_stored.used(); }  ///< bytes of requests in the store

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

    /// What one request or one job contributes to the use of its account. The destructor takes it off again.
    /// Must not outlive the AccountUsage.
    class Seat
    {
    public:
        /// Makes a seat without an account, which counts nothing.
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

        /// The use of the account; null for a seat without an account.
        const Use *use() const { return m_use; }
        /// Returns a new seat of the same account, which counts nothing yet.
        Seat another() const { return m_use ? Seat(*m_use) : Seat(); }
        /// From now on the seat counts as a held request.
        void countRequest();
        /// From now on the seat counts as a durable job.
        void countDurable();
        /// Counts the bytes of a request in the store, as long as the result exists. The result must not
        /// outlive the seat.
        ByteCharge chargeStored(std::int64_t bytes) const;
        /// Sets how many bytes of bodies in memory the seat counts.
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

    /// `memory` and `stored` count the bytes of all accounts together. Both must outlive this object.
    AccountUsage(ByteBudget &memory, ByteBudget &stored) : m_memory(memory), m_stored(stored) {}
    AccountUsage(const AccountUsage &) = delete;
    AccountUsage &operator=(const AccountUsage &) = delete;

    /// Returns a new seat of the account, which counts nothing yet.
    Seat enter(const QByteArray &account);
    /// Number of accounts with a seat.
    int accounts() const { return static_cast<int>(m_uses.size()); }

private:
    ByteBudget &m_memory;
    ByteBudget &m_stored;
    std::unordered_map<QByteArray, Use> m_uses;
};

}  // namespace holdline
