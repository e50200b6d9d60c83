// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <optional>

namespace holdline {

/// Makes a new job id: 32 lower-case hex digits. The first two are the number of the shard that makes the
/// job. The next ten are the time in milliseconds since 1970 (its low 40 bits). The other 80 bits are random.
/// An id cannot be guessed, and does not help to guess the callback token. Thread-safe.
QByteArray makeJobId(std::uint8_t shard = 0);
/// Returns the number of the shard in a job id. Empty when `text` does not have the form of a job id.
std::optional<std::uint8_t> shardOfJobId(QByteArrayView text);

/// The token of a job, the last segment of its callback URL. It contains the numbers of the job's node and
/// shard, 64 bits for the look-up of the job (the time and 28 random bits), and a secret of 128 random bits.
/// The secret proves that the sender of a callback has received the URL. As text: 35 characters of base64url
/// (RFC 4648, section 5).
struct CallbackToken
{
    static constexpr qsizetype kTextLength = 35;
    static constexpr qsizetype kSecretBytes = 16;

    std::uint8_t node = 0;
    std::uint8_t shard = 0;
    std::uint64_t lookup = 0;
    QByteArray secret;  ///< kSecretBytes random bytes

    /// Makes a token with the current time and new random bits. Thread-safe.
    static CallbackToken make(std::uint8_t node, std::uint8_t shard);
    /// Parses a text that toText() has written. Empty for any other text.
    static std::optional<CallbackToken> fromText(QByteArrayView text);
    QByteArray toText() const;
};

/// Returns whether `a` equals `b`. The time of the comparison depends only on the sizes, so an attacker who
/// measures it does not learn where the first difference is.
bool equalsInConstantTime(QByteArrayView a, QByteArrayView b);

}  // namespace holdline
