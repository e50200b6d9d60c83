// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/oauth2client.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <memory>

namespace holdline {

struct RouteConfig;

/// A key set or an access token that Holdline fetches from outside. The keys verify callbacks; the token goes
/// to an upstream. Plain data.
struct CredentialSpec
{
    enum class Kind : std::uint8_t {
        KeySet,  ///< public keys (RFC 7517)
        Token,   ///< an access token (RFC 6749)
    };

    Kind kind = Kind::KeySet;
    QByteArray name;                                    ///< equal for what one fetch serves; not for people
    QByteArray url;                                     ///< encoded
    OAuth2Client client{};                              ///< of a token
    std::shared_ptr<const profile::Secrets> secrets{};  ///< of a token
};

/// The keys that verify callbacks of a route. Null when its profile has none at an address, or when callbacks
/// need no verification.
std::shared_ptr<const CredentialSpec> keySetOf(const RouteConfig &route);
/// The token that requests of a route carry. Null when they carry none.
std::shared_ptr<const CredentialSpec> tokenOf(const RouteConfig &route,
                                              const std::shared_ptr<const profile::Secrets> &secrets);

/// For logs: the URL without user and query, which may be secrets.
QString shownUrl(const CredentialSpec &spec);

}  // namespace holdline
