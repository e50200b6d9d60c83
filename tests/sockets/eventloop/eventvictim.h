// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/sockets/eventloop/eventloopfixture.h"

#include <array>

#include <fcntl.h>

namespace holdline::test {

/// A socket that random effects open, close and watch. Records only notifications that must never happen.
class Victim
{
public:
    explicit Victim(Trace &trace) : m_trace(trace) { reopen(0); }

    void create()
    {
        m_read.reset();
        m_isEnabled = true;
        m_read = notify(m_ends.here, QSocketNotifier::Read, [this, letter = m_letter] { told(letter); });
    }
    void enable(bool isEnabled)
    {
        m_isEnabled = m_read && isEnabled;
        if (m_read)
            m_read->setEnabled(isEnabled);
    }
    void remove()
    {
        m_isEnabled = false;
        m_read.reset();
    }
    void reopen(int way)
    {
        const bool isWatched = m_read && m_isEnabled;
        if (way == 0)
            remove();
        if (way == 1)
            m_copy = Descriptor(::fcntl(m_ends.here.get(), F_DUPFD_CLOEXEC, 0));
        m_ends.here.close();
        remove();
        m_ends = Ends::sockets();
        m_letter = m_letter == 'z' ? 'a' : static_cast<char>(m_letter + 1);
        m_unread = 0;
        if (isWatched)
            create();
    }
    void closePeer() { m_ends.there.close(); }
    void write()
    {
        if (m_ends.there.get() >= 0 && m_unread++ < 50)
            m_ends.there.write(std::array<char, 2>{m_letter, '\0'}.data());
    }
    /// Causes a notification if the notifier is enabled. isProbed() is then true until the notification
    /// arrives.
    void probe()
    {
        m_isProbed = m_isEnabled && m_ends.there.get() >= 0;
        if (m_isProbed)
            write();
    }
    bool isProbed() const { return m_isProbed; }

private:
    void told(char letter)
    {
        if (!m_isEnabled)
            m_trace << "! told while disabled";
        if (letter != m_letter)
            m_trace << "! told of a file that is closed";
        const QByteArray got = m_ends.here.read();
        if (got != QByteArray(got.size(), m_letter))
            m_trace << "! told of somebody else's: " + got;
        m_unread = 0;
        m_isProbed = false;
        if (got.isEmpty() && m_ends.there.get() >= 0)
            m_trace << "! told of nothing";
        else if (got.isEmpty())
            enable(false);
    }

    Trace &m_trace;
    Ends m_ends;
    Descriptor m_copy;  ///< a duplicate of an earlier `here` descriptor
    Notifier m_read;
    char m_letter = 'a';
    int m_unread = 0;
    bool m_isEnabled = false;
    bool m_isProbed = false;
};

}  // namespace holdline::test
