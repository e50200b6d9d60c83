// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/accountusage.h"

namespace holdline {

AccountUsage::Seat::Seat(Use &use) : m_use(&use), m_bytes(use.m_bytes)
{
    ++use.m_seats;
}

AccountUsage::Seat &AccountUsage::Seat::operator=(Seat &&other) noexcept
{
    if (this == &other)
        return *this;
    leave();
    m_use = std::exchange(other.m_use, nullptr);
    m_bytes = std::move(other.m_bytes);
    m_isRequest = std::exchange(other.m_isRequest, false);
    m_isDurable = std::exchange(other.m_isDurable, false);
    return *this;
}

void AccountUsage::Seat::countRequest()
{
    if (m_use && !std::exchange(m_isRequest, true))
        ++m_use->m_requests;
}

void AccountUsage::Seat::countDurable()
{
    if (m_use && !std::exchange(m_isDurable, true))
        ++m_use->m_durable;
}

ByteCharge AccountUsage::Seat::chargeStored(std::int64_t bytes) const
{
    ByteCharge charge = m_use ? ByteCharge(m_use->m_stored) : ByteCharge();
    charge.set(bytes);
    return charge;
}

void AccountUsage::Seat::leave()
{
    if (!m_use)
        return;
    m_bytes = {};
    m_use->m_requests -= m_isRequest ? 1 : 0;
    m_use->m_durable -= m_isDurable ? 1 : 0;
    Use *use = std::exchange(m_use, nullptr);
    if (--use->m_seats == 0)
        use->m_usage->m_uses.erase(QByteArray(*use->m_account));
    m_isRequest = false;
    m_isDurable = false;
}

AccountUsage::Seat AccountUsage::enter(const QByteArray &account)
{
    const auto [found, isNew] = m_uses.try_emplace(account, m_memory, m_stored);
    Use &use = found->second;
    if (isNew) {
        use.m_usage = this;
        use.m_account = &found->first;
    }
    return Seat(use);
}

}  // namespace holdline
