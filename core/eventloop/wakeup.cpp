// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/wakeup.h"

namespace holdline {

void WakeUp::request()
{
    if (!m_requested.exchange(true) && m_asleep.load())
        m_event.raise();
}

bool WakeUp::fallAsleep()
{
    m_asleep.store(true);
    return !m_requested.load();
}

}  // namespace holdline
