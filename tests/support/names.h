// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>

namespace holdline::test {

/// Maps a host name to addresses in this process for the lifetime of the object, so that tests need no
/// /etc/hosts and no resolver. getaddrinfo() returns the addresses in this order. Thread-safe, also during a
/// look-up.
class HostName
{
public:
    explicit HostName(const char *name, const QByteArrayList &addresses = {"127.0.0.1"});
    ~HostName();
    Q_DISABLE_COPY_MOVE(HostName)

private:
    QByteArray m_name;
};

}  // namespace holdline::test
