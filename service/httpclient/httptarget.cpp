// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/httptarget.h"

namespace holdline {

using namespace Qt::StringLiterals;

HttpTarget httpTargetOf(const QUrl &url)
{
    const bool tls = url.scheme() == "https"_L1;
    const int usualPort = tls ? 443 : 80;
    const QString host = url.host(QUrl::FullyEncoded);
    HttpTarget target{url, {host, static_cast<quint16>(url.port(usualPort)), tls}, {}, {}};
    const bool bare = host.contains(u':') && !host.startsWith(u'[');
    target.hostField = (bare ? u'[' + host + u']' : host).toLatin1();
    if (target.origin.port != usualPort)
        target.hostField += ':' + QByteArray::number(target.origin.port);
    target.path = url.path(QUrl::FullyEncoded).toLatin1();
    if (target.path.isEmpty())
        target.path = "/";
    if (url.hasQuery())
        target.path += '?' + url.query(QUrl::FullyEncoded).toLatin1();
    return target;
}

}  // namespace holdline
