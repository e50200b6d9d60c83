// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/eventfd.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace holdline {

EventFd::EventFd() : m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

EventFd::~EventFd()
{
    if (isValid())
        ::close(m_descriptor);
}

void EventFd::raise(int descriptor)
{
    const std::uint64_t one = 1;
    // The write fails only when the counter is full. The descriptor is readable in this case too.
    [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof one);
}

void EventFd::drain()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(m_descriptor, &count, sizeof count);
}

}  // namespace holdline
