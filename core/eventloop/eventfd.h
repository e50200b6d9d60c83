// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// An eventfd(2): a file descriptor that is readable after raise(), called once or more often, until drain().
/// Owns the descriptor.
class EventFd
{
public:
    EventFd();
    ~EventFd();
    EventFd(const EventFd &) = delete;
    EventFd &operator=(const EventFd &) = delete;

    /// Returns false when the process had no free descriptor. Then raise() and drain() do nothing.
    bool isValid() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }

    /// Makes the descriptor readable. Thread: any.
    void raise() { raise(m_descriptor); }
    /// Makes this descriptor of an EventFd readable. A signal handler may call this function.
    static void raise(int descriptor);
    /// Makes the descriptor unreadable again.
    void drain();

private:
    int m_descriptor;
};

}  // namespace holdline
