// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/callbackledger.h"

namespace holdline {

namespace {

/// Cuts a long text. Copies the bytes that remain, so that the entry does not keep the buffer of a whole
/// request in memory.
void shorten(QByteArray &text)
{
    if (text.size() > CallbackLedger::kMaxTextLength)
        text = QByteArray(text.constData(), CallbackLedger::kMaxTextLength);
}

}  // namespace

void CallbackLedger::enter(LedgerEntry entry)
{
    ++m_counts[static_cast<std::size_t>(entry.outcome)];
    if (m_capacity == 0)
        return;
    if (m_entries.size() == m_capacity)
        m_entries.pop_front();
    shorten(entry.upstreamId);
    shorten(entry.client);
    m_entries.push_back(std::move(entry));
}

}  // namespace holdline
