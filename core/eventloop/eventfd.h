// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// An eventfd(2): a descriptor that is readable from raise() to drain(), however often raise() was
/// called. Owns the descriptor.
class EventFd
{
public:
    EventFd();
    ~EventFd();
    EventFd(const EventFd &) = delete;
    EventFd &operator=(const EventFd &) = delete;

    /// False when the process had no free descriptor. Then raise() and drain() do nothing.
    bool isValid() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }

    /// From any thread.
    void raise() { raise(m_descriptor); }
    /// Raises by the descriptor alone. A signal handler may call it.
    static void raise(int descriptor);
    void drain();

private:
    int m_descriptor;
};

}  // namespace holdline
