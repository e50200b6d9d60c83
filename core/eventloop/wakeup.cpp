// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/wakeup.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace holdline {

WakeUp::WakeUp() : m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeUp::~WakeUp()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void WakeUp::request()
{
    if (m_requested.exchange(true) || !m_asleep.load())
        return;
    const std::uint64_t one = 1;
    // It can fail only by being full, and then it is readable.
    [[maybe_unused]] const ssize_t written = ::write(m_descriptor, &one, sizeof one);
}

bool WakeUp::fallAsleep()
{
    m_asleep.store(true);
    return !m_requested.load();
}

void WakeUp::drain()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(m_descriptor, &count, sizeof count);
}

}  // namespace holdline
