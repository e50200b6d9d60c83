// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/wakebell.h"

#include <QSocketNotifier>

#include <utility>

namespace holdline {

WakeBell::WakeBell() = default;

WakeBell::~WakeBell()
{
    close();
}

void WakeBell::open(std::function<void()> rung)
{
    if (!isValid())
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_event.descriptor(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this, rung = std::move(rung)] {
                         // Before the call: a ring that comes during it wakes again.
                         m_event.drain();
                         rung();
                     });
}

void WakeBell::close()
{
    m_notifier.reset();
}

}  // namespace holdline
