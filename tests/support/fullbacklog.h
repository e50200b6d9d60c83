// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUrl>

#include <vector>

namespace holdline::test {

/// A loopback socket that listens with a full backlog and never accepts. A connection attempt neither
/// succeeds nor fails, as behind a firewall that drops packets. Linux only.
class FullBacklog
{
public:
    FullBacklog();
    ~FullBacklog();
    FullBacklog(const FullBacklog &) = delete;
    FullBacklog &operator=(const FullBacklog &) = delete;

    QUrl url() const;
    quint16 port() const { return m_port; }
    /// Empties the backlog, so that waiting connection attempts succeed.
    void relieve();

private:
    int m_listening = -1;
    std::vector<int> m_filling;
    quint16 m_port = 0;
};

}  // namespace holdline::test
