// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/sharedlimits.h"

#include "core/job/admission.h"
#include "core/job/share.h"
#include "service/holdline/jobs/refusals.h"

namespace holdline {

using namespace Qt::StringLiterals;

SharedLimits::SharedLimits(const Config &config) : m_config(config), m_accounts(m_memory, m_stored)
{
    reload();
}

void SharedLimits::reload()
{
    m_memory.setLimit(m_config.limits.memory);
    m_stored.setLimit(m_config.store.bytes / 2);
}

bool SharedLimits::isWithin(std::int64_t used, std::int64_t total, std::int64_t limit) const
{
    return isWithinShare(used, total, limit, m_config.limits.accountShare);
}

std::optional<Problem> SharedLimits::refusal(const AccountUsage::Use &use, std::int64_t bytes, int held) const
{
    if (!m_memory.fits(bytes))
        return noMemory();
    if (!isWithin(use.requests(), held, m_config.hold.held))
        return overShare(u"held requests"_s);
    if (!isWithin(use.bytes() + bytes, m_memory.used() + bytes, m_memory.limit()))
        return overShare(u"memory"_s);
    return std::nullopt;
}

std::optional<Problem> SharedLimits::durableRefusal(const AccountUsage::Use &use, std::int64_t bytes,
                                                    int durable) const
{
    if (durable >= m_config.hold.durable)
        return tooManyDurable(durable);
    if (!m_stored.fits(bytes))
        return storeFull();
    if (!isWithin(use.durable(), durable, m_config.hold.durable))
        return overShare(u"jobs with a key, or handed over"_s);
    if (!isWithin(use.stored() + bytes, m_stored.used() + bytes, m_stored.limit()))
        return overShare(u"store"_s);
    return std::nullopt;
}

}  // namespace holdline
