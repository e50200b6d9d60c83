// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/addresschoice.h"

namespace holdline::http {

QList<QHostAddress> connectOrder(const QList<QHostAddress> &found, const QHostAddress &preferred)
{
    QList<QHostAddress> order;
    if (!preferred.isNull() && found.contains(preferred))
        order.append(preferred);
    QList<QHostAddress> first;
    QList<QHostAddress> second;
    for (const QHostAddress &address : found) {
        if (!order.contains(address))
            (address.protocol() == found.first().protocol() ? first : second).append(address);
    }
    // After the preferred address comes an address of the other family.
    if (!order.isEmpty() && order.first().protocol() == found.first().protocol())
        first.swap(second);
    while (order.size() < kMostAddressesTried && !(first.isEmpty() && second.isEmpty())) {
        if (!first.isEmpty())
            order.append(first.takeFirst());
        first.swap(second);
    }
    return order;
}

}  // namespace holdline::http
