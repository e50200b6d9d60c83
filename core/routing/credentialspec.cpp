// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/credentialspec.h"

#include "core/routing/routeset.h"

#include <QUrl>

namespace holdline {

using namespace Qt::StringLiterals;

std::shared_ptr<const CredentialSpec> keySetOf(const RouteConfig &route)
{
    if (!route.profile || !route.profile->callback || route.insecureCallbacks)
        return nullptr;
    const auto &verify = route.profile->callback->verify;
    if (!verify || verify->jwks.isEmpty())
        return nullptr;
    auto spec = std::make_shared<CredentialSpec>();
    spec->url = route.jwks.isEmpty() ? verify->jwks : route.jwks;
    spec->name = "keys " + spec->url;
    return spec;
}

std::shared_ptr<const CredentialSpec> tokenOf(const RouteConfig &route,
                                              const std::shared_ptr<const profile::Secrets> &secrets)
{
    if (!route.oauth2)
        return nullptr;
    const OAuth2Client &client = *route.oauth2;
    auto spec = std::make_shared<CredentialSpec>();
    spec->kind = CredentialSpec::Kind::Token;
    spec->url = client.tokenUrl;
    spec->name = "token " + client.tokenUrl + '\n' + client.id + '\n' + client.secret + '\n' + client.scope +
                 '\n' + QByteArray::number(static_cast<int>(client.style));
    for (const auto &[field, value] : client.fields)
        spec->name += '\n' + field + '=' + value;
    spec->client = client;
    spec->secrets = secrets;
    return spec;
}

QString shownUrl(const CredentialSpec &spec)
{
    return QUrl::fromEncoded(spec.url).toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery);
}

}  // namespace holdline
