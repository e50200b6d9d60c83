// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/credentialurl.h"

#include "core/config/callbackaddress.h"

namespace holdline {

using namespace Qt::StringLiterals;

QString credentialUrlError(QStringView text)
{
    const QUrl url(text.toString(), QUrl::StrictMode);
    const bool isHttps = url.scheme() == "https"_L1;
    if (!url.isValid() || url.host().isEmpty() || (!isHttps && url.scheme() != "http"_L1) ||
        url.hasFragment() || !url.userInfo().isEmpty())
        return u"an https URL without user and fragment is wanted"_s;
    if (!isHttps && !isOnThisMachine(url))
        return u"plain http is for this machine only, such as http://127.0.0.1: an https URL is wanted"_s;
    return {};
}

}  // namespace holdline
