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
        None,    ///< only the sender's address is checked
        Secret,  ///< the callback contains the secret itself
        Basic,   ///< as Secret, in the Authorization field of RFC 7617; the secret is `user:password`
        HmacSha1,
        HmacSha256,
        HmacSha512,
        Ed25519,
    };
    enum class Encoding : std::uint8_t { Hex, Base64, Base64Url };
    /// How a key is written in its secret file.
    enum class KeyFormat : std::uint8_t {
        Text,    ///< the bytes of the line
        Hex,     ///<
        Base64,  ///< base64 or base64url, optionally after `whsec_` or `whpk_`
    };

    Scheme scheme = Scheme::None;
    /// Names of secrets. Each line of each secret is a key; a callback is genuine when any of the keys fits.
    std::vector<QByteArray> secrets;
    KeyFormat keyFormat = KeyFormat::Text;
    QByteArray jwks;            ///< URL of a key set (RFC 7517), for Ed25519 in place of secrets
    std::optional<Locator> at;  ///< where the signature or secret stands
    Encoding encoding = Encoding::Hex;
    QByteArray prefix;     ///< the text before the signature
    QByteArray separator;  ///< between several signatures in one value; empty: there is one signature
    std::optional<Locator> id;
    std::optional<Locator> timestamp;
    QByteArray timestampPrefix;         ///< if set: prefix of the timestamp in the signature's value
    std::chrono::seconds tolerance{0};  ///< 0: the timestamp may have any age
    Template signedText;
    std::vector<AddressRange> addresses;  ///< empty: from anywhere

    bool isHmac() const
    {
        return scheme == Scheme::HmacSha1 || scheme == Scheme::HmacSha256 || scheme == Scheme::HmacSha512;
    }
    bool isSigned() const { return isHmac() || scheme == Scheme::Ed25519; }
    /// Returns the names of the secrets that contain keys, and of the secrets in the signed text.
    QStringList secretNames() const;
};

/// Returns the scheme in words: "HMAC-SHA256", "a secret in the callback".
QString schemeText(VerifyRule::Scheme scheme);
/// Returns the encoding's name in profiles: "hex", "base64" or "base64url".
QLatin1StringView name(VerifyRule::Encoding encoding);

/// Returns the rule of a built-in scheme: `standard-webhooks`, `fal` or `twilio`. Returns nothing for any
/// other name.
std::optional<VerifyRule> builtInScheme(QByteArrayView name);

}  // namespace holdline::profile
