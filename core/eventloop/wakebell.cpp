// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/wakebell.h"

#include <QSocketNotifier>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace holdline {

WakeBell::WakeBell() : m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeBell::~WakeBell()
{
    close();
    if (isValid())
        ::close(m_event);
}

void WakeBell::open(std::function<void()> rung)
{
    if (!isValid())
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_event, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [event = m_event, rung = std::move(rung)] {
                         std::uint64_t rings = 0;
                         // Before the call: a ring that comes during it wakes again.
                         [[maybe_unused]] const ssize_t taken = ::read(event, &rings, sizeof rings);
                         rung();
                     });
}

void WakeBell::close()
{
    m_notifier.reset();
}

void WakeBell::ring()
{
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable anyway.
    [[maybe_unused]] const ssize_t written = ::write(m_event, &one, sizeof one);
}

}  // namespace holdline
