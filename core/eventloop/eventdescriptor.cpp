// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/eventdescriptor.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace holdline {

EventDescriptor::EventDescriptor() : m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

EventDescriptor::~EventDescriptor()
{
    if (isValid())
        ::close(m_descriptor);
}

void EventDescriptor::raise(int descriptor)
{
    const std::uint64_t one = 1;
    // It can fail only by being full, and then it is readable.
    [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof one);
}

void EventDescriptor::drain()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(m_descriptor, &count, sizeof count);
}

}  // namespace holdline
