// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QHostAddress>
#include <QList>
#include <QString>

namespace holdline::http {

/// Returns the order in which to try the addresses `found` for a host name (RFC 8305, 4). `preferred` comes
/// first if `found` contains it. After that IPv6 and IPv4 alternate. Without `preferred`, the family of the
/// first address in `found` comes first. Returns at most kMostAddressesTried addresses. Pure.
QList<QHostAddress> connectOrder(const QList<QHostAddress> &found, const QHostAddress &preferred);

inline constexpr qsizetype kMostAddressesTried = 8;

/// Remembers for each host name the address of the last successful connection. A plain value. Holds at most
/// kMostNames names; one more name clears the memory first.
class AddressMemory
{
public:
    /// Returns the remembered address of `name`, or a null address.
    QHostAddress of(const QString &name) const { return m_addresses.value(name); }
    void remember(const QString &name, const QHostAddress &address)
    {
        if (m_addresses.size() >= kMostNames && !m_addresses.contains(name))
            m_addresses.clear();
        m_addresses.insert(name, address);
    }

    static constexpr qsizetype kMostNames = 256;

private:
    QHash<QString, QHostAddress> m_addresses;
};

}  // namespace holdline::http
