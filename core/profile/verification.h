// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jwks.h"
#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>
#include <vector>

namespace holdline::profile {

/// What verifyCallback() needs besides the callback and the rule. Owns none of the bytes.
struct VerificationContext
{
    QByteArrayView peer{};   ///< the sender's IP address, without port
    QByteArrayView url{};    ///< the public URL at which the callback came, with its query
    QByteArrayView token{};  ///< the callback's token; empty for a registered address
    WallTime now{};
    const Secrets *secrets = nullptr;
    const PublicKeys *keySet = nullptr;  ///< the keys of `jwks`; null before they were fetched
};

/// The result for a callback that passed all checks of the rule.
struct Verified
{
    /// 32 bytes that are equal for callbacks with the same signed text and body. Empty when the rule has no
    /// signature; then a replay cannot be recognised.
    QByteArray replayKey;
};

/// The result for a callback that must not be trusted. The text is for the log: it contains no secret and no
/// byte of the message.
struct Forged
{
    QString text;
    /// True when only the signature does not fit the fetched key set: a newer key may have signed the
    /// callback.
    bool isKeyUnknown = false;
};

/// Reads a time of sending: seconds since 1970, milliseconds since 1970 (13 digits), or ISO 8601. Returns
/// nothing for any other text.
std::optional<WallTime> timeOf(const QByteArray &text);

/// Checks a callback against a rule. Compares in constant time. Tries every key with every signature: at most
/// 8 keys from secrets, and 16 signatures. Thread-safe.
std::variant<Verified, Forged> verifyCallback(const VerifyRule &rule, const MessageView &callback,
                                              const VerificationContext &context);

/// Checks the secrets of a rule when the service starts. Returns an error text for people for each secret
/// that is empty or not in the rule's key format. Missing secrets are not reported. Thread-safe.
QStringList unusableSecrets(const VerifyRule &rule, const Secrets &secrets);

}  // namespace holdline::profile
