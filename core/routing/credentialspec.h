// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/oauth2client.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <memory>

namespace holdline {

struct RouteConfig;

/// Describes a key set or an access token that Holdline fetches by HTTP. The keys verify callbacks; the token
/// is sent to an upstream. Plain data.
struct CredentialSpec
{
    enum class Kind : std::uint8_t {
        KeySet,  ///< public keys (RFC 7517)
        Token,   ///< an access token (RFC 6749)
    };

    Kind kind = Kind::KeySet;
    QByteArray name;        ///< specs with the same name share one fetch; not for people
    QByteArray url;         ///< encoded
    OAuth2Client client{};  ///< of a token
    std::shared_ptr<const profile::Secrets> secrets{};  ///< of a token
};

/// Returns the key set that verifies callbacks of a route. Null when the route's profile fetches no keys from
/// a URL, or when callbacks need no verification.
std::shared_ptr<const CredentialSpec> keySetOf(const RouteConfig &route);
/// Returns the access token that a route's requests to the upstream contain. Null without a token.
std::shared_ptr<const CredentialSpec> tokenOf(const RouteConfig &route,
                                              const std::shared_ptr<const profile::Secrets> &secrets);

/// Returns the URL for logs, without user and query, which may be secrets.
QString shownUrl(const CredentialSpec &spec);

}  // namespace holdline
