// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUrl>

#include <vector>

namespace holdline::test {

/// A listening socket on loopback that never accepts and whose backlog is full: connecting to it neither
/// succeeds nor fails, as with a host behind a firewall that drops packets. Linux only.
class FullBacklog
{
public:
    FullBacklog();
    ~FullBacklog();
    FullBacklog(const FullBacklog &) = delete;
    FullBacklog &operator=(const FullBacklog &) = delete;

    QUrl url() const;

private:
    int m_listening = -1;
    std::vector<int> m_filling;
    quint16 m_port = 0;
};

}  // namespace holdline::test
