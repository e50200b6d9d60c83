// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <optional>

namespace holdline {

/// A new job id: 32 lower-case hex digits. The first two name the shard that made the job. The next ten
/// are the time in milliseconds. The rest is random (80 bits). Nobody can guess an id, and an id does not
/// help to guess the callback token.
QByteArray makeJobId(std::uint8_t shard = 0);
/// The shard in a job id. Empty when `text` cannot be a job id.
std::optional<std::uint8_t> shardOfJobId(QByteArrayView text);

/// The last segment of a callback URL. It names the node and the shard of the job. Then follow 64 bits
/// that find the job (the time and 28 random bits), and 128 random bits that prove that the caller
/// received the URL. As text: 35 characters of base64url (RFC 4648, section 5).
struct CallbackToken
{
    static constexpr qsizetype kTextLength = 35;
    static constexpr qsizetype kSecretBytes = 16;

    std::uint8_t node = 0;
    std::uint8_t shard = 0;
    std::uint64_t lookup = 0;
    QByteArray secret;  ///< kSecretBytes

    static CallbackToken make(std::uint8_t node, std::uint8_t shard);
    /// Reads exactly what toText() writes. Empty for any other text.
    static std::optional<CallbackToken> fromText(QByteArrayView text);
    QByteArray toText() const;
};

/// Compares in constant time, so that the time does not show where the first difference is.
bool equalsInConstantTime(QByteArrayView a, QByteArrayView b);

}  // namespace holdline
