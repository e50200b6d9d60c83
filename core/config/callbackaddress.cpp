// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/callbackaddress.h"

#include "core/base/urlpath.h"
#include "core/config/values.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// The largest number of entries in CallbackAddress::strippedPaths, the empty one aside. Each entry becomes a
/// route.
constexpr int kMaxStripped = 8;

/// Returns the URL of this service at a listen address, for a configuration without a callback URL.
/// findConflicts() reports a configuration in which the upstream could not reach this URL.
QUrl ownUrl(const Config &config, const std::vector<std::uint16_t> &ports)
{
    const std::size_t index = callbackListener(config);
    const ListenAddress &listen = config.server.listen[index];
    QUrl url;
    url.setScheme(u"http"_s);
    url.setHost(listen.isEveryAddress() ? u"127.0.0.1"_s : listen.host);
    url.setPort(index < ports.size() ? ports[index] : listen.port);
    return url;
}

QByteArray withoutLastSlashes(QByteArray path)
{
    while (path.endsWith('/'))
        path.chop(1);
    return path;
}

std::vector<QByteArray> strippedPaths(const QByteArray &path)
{
    std::vector<QByteArray> all;
    for (qsizetype slash = path.lastIndexOf('/'); slash >= 0 && all.size() < kMaxStripped;
         slash = slash > 0 ? path.lastIndexOf('/', slash - 1) : -1) {
        const QByteArray rest = path.sliced(slash);
        if (rest != path && rest != CallbackAddress::kUsualPath)
            all.insert(all.begin(), rest);
    }
    all.emplace_back();
    return all;
}

}  // namespace

bool isOnThisMachine(const QUrl &url)
{
    static const auto kFour = parseAddressRange(u"127.0.0.0/8");
    static const auto kSix = parseAddressRange(u"::1");
    // Parsed, because a DNS name such as 127.example.org is not a loopback address.
    const auto address = parseAddress(url.host().toLatin1());
    return url.host() == "localhost"_L1 ||
           (address && (kFour->contains(*address) || kSix->contains(*address)));
}

std::size_t callbackListener(const Config &config)
{
    const auto &all = config.server.listen;
    if (isOnThisMachine(config.upstream.url))
        return 0;
    const auto isOne = [](const ListenAddress &one) { return !one.isLoopback() && !one.isEveryAddress(); };
    auto found = std::find_if(all.begin(), all.end(), isOne);
    if (found == all.end())
        found = std::find_if(all.begin(), all.end(), [](const auto &one) { return !one.isLoopback(); });
    return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin());
}

CallbackAddress callbackAddress(const Config &config, const std::vector<std::uint16_t> &ports)
{
    const bool isOwn = config.server.callbackUrl.isEmpty();
    const QUrl url = isOwn ? ownUrl(config, ports) : config.server.callbackUrl;
    QByteArray path = normalPath(url.path(QUrl::FullyEncoded).toLatin1());
    path = withoutLastSlashes(path.isEmpty() ? path : withoutDotSegments(path));
    CallbackAddress address;
    if (path.isEmpty())
        path = CallbackAddress::kUsualPath;
    else
        address.strippedPaths = strippedPaths(path);
    address.url = url.toEncoded(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment) + path;
    address.paths.push_back(path);
    if (path != CallbackAddress::kUsualPath)
        address.paths.emplace_back(CallbackAddress::kUsualPath);
    return address;
}

QString callbackText(const Config &config)
{
    const CallbackAddress address = callbackAddress(config);
    QStringList served;
    for (const QByteArray &path : address.paths)
        served.append(QString::fromLatin1(path) + u"/TOKEN"_s);
    QString url = QString::fromLatin1(address.url);
    if (config.server.callbackUrl.isEmpty())
        url.replace(u":0/"_s, u":PORT/"_s);
    QString text = u"The upstream is told %1/TOKEN.\nCallbacks are served at %2 on %3."_s.arg(
        url, served.join(u" and "_s), formatListenAddresses(config.server.listen).replace(u',', u" and "_s));
    if (!address.strippedPaths.empty())
        text += u" A proxy in front may strip the beginning of that path."_s;
    return text;
}

}  // namespace holdline
