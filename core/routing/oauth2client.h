// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/outgoingrequest.h"
#include "core/profile/template.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace holdline {

/// How Holdline gets access tokens for an upstream by client credentials (RFC 6749, 4.4). Plain data.
struct OAuth2Client
{
    /// How the client id and the secret are sent.
    enum class Style : std::uint8_t {
        Basic,  ///< POST, in the Authorization field, both form-encoded before (RFC 6749, 2.3.1)
        Body,   ///< POST, as fields of the form
        Get,    ///< GET with the plain Authorization field of RFC 7617, and the fields in the query
    };

    QByteArray tokenUrl;                                      ///< encoded, with its query
    QByteArray id;                                            ///< empty: the secret's file holds `id:secret`
    QByteArray secret;                                        ///< the name of a secret
    QByteArray scope{};                                       ///< empty: none is asked for
    std::vector<std::pair<QByteArray, QByteArray>> fields{};  ///< further fields, such as `audience`
    Style style = Style::Basic;
};

/// True when the query of the token endpoint's URL names the grant type.
bool namesGrantType(const QByteArray &tokenUrl);

/// Builds the request for a token. Returns an error text for people when the secret is missing or contains no
/// client id.
std::variant<profile::OutgoingRequest, QString> tokenRequest(const OAuth2Client &client,
                                                             const profile::Secrets &secrets);

/// An access token from the answer of a token endpoint.
struct AccessToken
{
    QByteArray authorization;  ///< the value of the Authorization field
    std::chrono::seconds lifetime{
        0};  ///< `expires_in`, or kUsualTokenLife without it; at most kLongestTokenLife
};

inline constexpr std::chrono::seconds kUsualTokenLife{300};
inline constexpr std::chrono::seconds kLongestTokenLife{24 * 3600};
/// The longest token in bytes, so that the Authorization field fits into a request's header section.
inline constexpr qsizetype kMaxTokenBytes = 8 * 1024;

/// Why an answer has no token.
struct NoToken
{
    QString text;          ///< for people; contains nothing from the answer except the error's code
    bool isFinal = false;  ///< an early retry would get the same answer
};

/// Reads the answer of a token endpoint (RFC 6749, 5.1 and 5.2). `expires_in` may be a number or its digits,
/// and a missing `token_type` means Bearer. Thread-safe.
std::variant<AccessToken, NoToken> readTokenAnswer(int status, QByteArrayView body);

}  // namespace holdline
