// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// An eventfd(2): a descriptor that is readable from raise() to drain(), however often it was raised. Owns
/// it.
class EventDescriptor
{
public:
    EventDescriptor();
    ~EventDescriptor();
    EventDescriptor(const EventDescriptor &) = delete;
    EventDescriptor &operator=(const EventDescriptor &) = delete;

    /// False when the process had no descriptor left; raise() and drain() do nothing then.
    bool isValid() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }

    /// From any thread.
    void raise() { raise(m_descriptor); }
    /// The same for whoever has only its number: a signal handler, from which it may be called.
    static void raise(int descriptor);
    void drain();

private:
    int m_descriptor;
};

}  // namespace holdline
