// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobid.h"

#include "core/base/ascii.h"
#include "core/base/securerandom.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <span>

namespace holdline {

namespace {

constexpr qsizetype kJobIdLength = 32;
constexpr qsizetype kTokenBytes = 2 + 8 + CallbackToken::kSecretBytes;
/// The base64url characters that stand for six bits of which the last two are zero.
constexpr QByteArrayView kLastCharacters("AEIMQUYcgkosw048");

/// Job ids and look-up values begin with the time, so that new entries go to the end of the store's indexes.
/// This keeps the number of changed database pages per job small, which is most of a job's cost in the store.
constexpr std::size_t kTimeBytes = 5;
constexpr int kLookupRandomBits = 28;

quint64 nowInMilliseconds()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<quint64>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

QByteArray makeJobId(std::uint8_t shard)
{
    std::array<std::byte, 16> bytes;
    fillSecurely(bytes);
    bytes[0] = std::byte(shard);
    const quint64 now = nowInMilliseconds();
    for (std::size_t i = 0; i < kTimeBytes; ++i)
        bytes[1 + i] = static_cast<std::byte>(now >> (8 * (kTimeBytes - 1 - i)));
    return QByteArray::fromRawData(reinterpret_cast<const char *>(bytes.data()), sizeof bytes).toHex();
}

std::optional<std::uint8_t> shardOfJobId(QByteArrayView text)
{
    const auto isHex = [](char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); };
    if (text.size() != kJobIdLength || !std::all_of(text.begin(), text.end(), isHex))
        return std::nullopt;
    return static_cast<std::uint8_t>(text.first(2).toByteArray().toUInt(nullptr, 16));
}

CallbackToken CallbackToken::make(std::uint8_t node, std::uint8_t shard)
{
    CallbackToken token{node, shard, 0, QByteArray(kSecretBytes, Qt::Uninitialized)};
    fillSecurely(std::as_writable_bytes(std::span(&token.lookup, 1)));
    token.lookup = nowInMilliseconds() << kLookupRandomBits | token.lookup >> (64 - kLookupRandomBits);
    fillSecurely(
        std::as_writable_bytes(std::span(token.secret.data(), static_cast<std::size_t>(kSecretBytes))));
    return token;
}

std::optional<CallbackToken> CallbackToken::fromText(QByteArrayView text)
{
    if (text.size() != kTextLength)
        return std::nullopt;
    // The last character has two bits that are not part of the token. Both must be zero, so that each token
    // has only one text.
    if (!kLastCharacters.contains(text.back()))
        return std::nullopt;
    const auto decoded = QByteArray::fromBase64Encoding(
        QByteArray::fromRawData(text.data(), text.size()),
        QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    const QByteArray &bytes = decoded.decoded;
    if (!decoded || bytes.size() != kTokenBytes)
        return std::nullopt;
    return CallbackToken{static_cast<std::uint8_t>(bytes[0]), static_cast<std::uint8_t>(bytes[1]),
                         qFromBigEndian<std::uint64_t>(bytes.constData() + 2), bytes.sliced(10)};
}

QByteArray CallbackToken::toText() const
{
    QByteArray bytes(kTokenBytes, Qt::Uninitialized);
    bytes[0] = static_cast<char>(node);
    bytes[1] = static_cast<char>(shard);
    qToBigEndian(lookup, bytes.data() + 2);
    std::memcpy(bytes.data() + 10, secret.constData(), static_cast<std::size_t>(kSecretBytes));
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

bool equalsInConstantTime(QByteArrayView a, QByteArrayView b)
{
    if (a.size() != b.size())
        return false;
    unsigned difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |=
            static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    return difference == 0;
}

}  // namespace holdline
