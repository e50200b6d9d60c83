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

/// What proves a callback beside the callback itself. It owns nothing.
struct VerificationContext
{
    QByteArrayView peer{};   ///< the sender's IP address, without port; of the first trusted hop
    QByteArrayView url{};    ///< our public URL at which the callback came, with its query
    QByteArrayView token{};  ///< the callback's token; empty for a registered one
    WallTime now{};
    const Secrets *secrets = nullptr;
    const PublicKeys *keySet = nullptr;  ///< of `jwks`; null while it has not been fetched
};

/// A callback that is what it seems.
struct Verified
{
    /// 32 bytes that are equal for callbacks with the same signed text and body. Empty when nothing is
    /// signed, so that a replay cannot be told from a repetition.
    QByteArray replayKey;
};

/// A callback that must not be trusted. The text is for the log: it has no secret and no byte of the message.
struct Forged
{
    QString text;
    /// Everything is right but the key: a key that is newer than ours may have signed it.
    bool isKeyUnknown = false;
};

/// A time of sending: seconds or, with 13 digits, milliseconds since 1970, or ISO 8601. Empty for any other
/// text.
std::optional<WallTime> timeOf(const QByteArray &text);

/// Checks a callback against a rule. Without a rule everything is verified. Compares in constant time, and
/// tries all keys and signatures, at most 8 and 16. Thread-safe.
std::variant<Verified, Forged> verifyCallback(const VerifyRule &rule, const MessageView &callback,
                                              const VerificationContext &context);

/// The names of secrets that are there and that a rule cannot use, each with the reason: empty, or not in the
/// key's format. For the start of the service.
QStringList unusableSecrets(const VerifyRule &rule, const Secrets &secrets);

}  // namespace holdline::profile
