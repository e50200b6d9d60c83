// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QHostAddress>
#include <QList>
#include <QString>

namespace holdline::http {

/// The order in which to try the addresses of a name (RFC 8305, 4): `preferred` first if it is among them,
/// then the families in turn, beginning with that of the resolver's first address. At most
/// kMostAddressesTried. Pure.
QList<QHostAddress> connectOrder(const QList<QHostAddress> &found, const QHostAddress &preferred);

inline constexpr qsizetype kMostAddressesTried = 8;

/// Remembers for each name the address to which the last connection was made. A value. Holds at most
/// kMostNames; one more begins it anew.
class AddressMemory
{
public:
    /// Null when nothing is known of the name.
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
