// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <optional>

namespace holdline {

/// A new job id: 32 lower-case hex digits. The first two name the shard the job was made on, the next ten are
/// the time in milliseconds, the rest is random (80 bits). Unguessable, and no callback token: knowing one
/// does not help with the other.
QByteArray makeJobId(std::uint8_t shard = 0);
/// Nothing when `text` cannot be a job id.
std::optional<std::uint8_t> shardOfJobId(QByteArrayView text);

/// What a callback URL ends in: names the node and shard the job lives on, then 64 bits that find the
/// job (the time and 28 random ones) and 128 random bits that prove the caller was told. Text form: 35
/// characters of base64url (RFC 4648, section 5).
struct CallbackToken
{
    static constexpr qsizetype kTextLength = 35;
    static constexpr qsizetype kSecretBytes = 16;

    std::uint8_t node = 0;
    std::uint8_t shard = 0;
    std::uint64_t lookup = 0;
    QByteArray secret;  ///< kSecretBytes

    static CallbackToken make(std::uint8_t node, std::uint8_t shard);
    /// Nothing unless `text` is exactly what toText() of some token gives.
    static std::optional<CallbackToken> fromText(QByteArrayView text);
    QByteArray toText() const;
};

/// Compares without telling by its time where the first difference is.
bool equalsInConstantTime(QByteArrayView a, QByteArrayView b);

}  // namespace holdline
