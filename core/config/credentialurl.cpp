// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/credentialurl.h"

#include "core/config/addressrange.h"

#include <QUrl>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

bool isThisMachine(const QString &host)
{
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0)
        return true;
    // A name such as 127.example.org is no address.
    const auto address = parseAddressRange(host);
    static const auto kFour = parseAddressRange(u"127.0.0.0/8");
    static const auto kSix = parseAddressRange(u"::1");
    return address && address->bits == 128 &&
           (kFour->contains(address->first) || kSix->contains(address->first));
}

}  // namespace

QString credentialUrlError(QStringView text)
{
    const QUrl url(text.toString(), QUrl::StrictMode);
    const bool isHttps = url.scheme() == "https"_L1;
    if (!url.isValid() || url.host().isEmpty() || (!isHttps && url.scheme() != "http"_L1) ||
        url.hasFragment() || !url.userInfo().isEmpty())
        return u"an https URL without user and fragment is wanted"_s;
    if (!isHttps && !isThisMachine(url.host()))
        return u"plain http is for this machine only, such as http://127.0.0.1: an https URL is wanted"_s;
    return {};
}

}  // namespace holdline
