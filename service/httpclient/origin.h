// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHashFunctions>
#include <QString>

namespace holdline {

/// The server that a connection leads to. Connections to equal origins are interchangeable.
struct Origin
{
    QString host;  ///< a name (ACE form) or an address without brackets
    quint16 port = 80;
    bool tls = false;  ///< https

    friend bool operator==(const Origin &, const Origin &) = default;
};

inline size_t qHash(const Origin &origin, size_t seed = 0)
{
    return qHashMulti(seed, origin.host, origin.port, origin.tls);
}

}  // namespace holdline
