// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/callbackledger.h"

namespace holdline {

void CallbackLedger::enter(LedgerEntry entry)
{
    ++m_counts[static_cast<std::size_t>(entry.word)];
    if (m_entries.size() == m_capacity)
        m_entries.pop_front();
    if (m_capacity > 0)
        m_entries.push_back(std::move(entry));
}

}  // namespace holdline
