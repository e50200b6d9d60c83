// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/addressrange.h"
#include "core/profile/locator.h"
#include "core/profile/template.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdline::profile {

/// How a callback proves that the API sent it.
struct VerifyRule
{
    enum class Scheme : std::uint8_t {
        None,    ///< nothing but the address ranges
        Secret,  ///< the callback carries the secret itself
        Basic,   ///< as Secret, in the Authorization field of RFC 7617; the secret is `user:password`
        HmacSha1,
        HmacSha256,
        HmacSha512,
        Ed25519,
    };
    enum class Encoding : std::uint8_t { Hex, Base64, Base64Url };
    /// How the key stands in its secret file.
    enum class KeyFormat : std::uint8_t {
        Text,    ///< the bytes of the line
        Hex,     ///<
        Base64,  ///< base64 or base64url, perhaps behind `whsec_` or `whpk_`
    };

    Scheme scheme = Scheme::None;
    /// Names of secrets. Each line of each of them is a key, and any of the keys will do.
    std::vector<QByteArray> secrets;
    KeyFormat keyFormat = KeyFormat::Text;
    QByteArray jwks;            ///< the address of the keys (RFC 7517), for Ed25519 in place of secrets
    std::optional<Locator> at;  ///< where the signature or secret stands
    Encoding encoding = Encoding::Hex;
    QByteArray prefix;     ///< stands before the signature
    QByteArray separator;  ///< stands between several signatures of one value; empty: there is one
    std::optional<Locator> id;
    std::optional<Locator> timestamp;
    QByteArray timestampPrefix;  ///< the timestamp is the part of the signature's value with this prefix
    std::chrono::seconds tolerance{0};  ///< 0: the timestamp may have any age
    Template signedText;
    std::vector<AddressRange> addresses;  ///< empty: from anywhere

    bool isHmac() const
    {
        return scheme == Scheme::HmacSha1 || scheme == Scheme::HmacSha256 || scheme == Scheme::HmacSha512;
    }
    bool isSigned() const { return isHmac() || scheme == Scheme::Ed25519; }
    /// Names of the keys, and of the secrets in the signed text.
    QStringList secretNames() const;
};

/// The scheme in words: "HMAC-SHA256", "a secret in the callback".
QString schemeText(VerifyRule::Scheme scheme);
/// "hex", "base64" or "base64url".
QLatin1StringView name(VerifyRule::Encoding encoding);

/// The rule of a built-in scheme: `standard-webhooks`, `fal` or `twilio`. Empty for any other name.
std::optional<VerifyRule> builtInScheme(QByteArrayView name);

}  // namespace holdline::profile
