// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>

namespace holdline::test {

/// Gives a host name addresses in this process for as long as it lives, so that no test depends on /etc/hosts
/// or a resolver. The order is kept: the first address is the first that getaddrinfo() tells. May be used from
/// any thread, also while a look-up runs.
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
