// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/signatures.h"

#include "core/base/ascii.h"
#include "core/profile/evphandles.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace holdline::profile {

namespace {

const EVP_MD *hashOf(VerifyRule::Scheme scheme)
{
    switch (scheme) {
        case VerifyRule::Scheme::HmacSha1:
            return EVP_sha1();
        case VerifyRule::Scheme::HmacSha256:
            return EVP_sha256();
        case VerifyRule::Scheme::HmacSha512:
            return EVP_sha512();
        default:
            return nullptr;
    }
}

}  // namespace

QByteArray hmac(VerifyRule::Scheme scheme, QByteArrayView key, QByteArrayView message)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    const EVP_MD *hash = hashOf(scheme);
    // OpenSSL's HMAC() takes a null key for the key of the previous call.
    const unsigned char empty = 0;
    if (!hash || !HMAC(hash, key.isEmpty() ? &empty : bytesOf(key), static_cast<int>(key.size()),
                       bytesOf(message), sizeOf(message), out.data(), &size))
        return {};
    return QByteArray(reinterpret_cast<const char *>(out.data()), static_cast<qsizetype>(size));
}

bool verifyEd25519(QByteArrayView key, QByteArrayView message, QByteArrayView signature)
{
    if (key.size() != kEd25519KeyBytes || signature.size() != kEd25519SignatureBytes)
        return false;
    const Key publicKey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(key), sizeOf(key)));
    const Context context(EVP_MD_CTX_new());
    return publicKey && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, publicKey.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytesOf(signature), sizeOf(signature), bytesOf(message),
                            sizeOf(message)) == 1;
}

QByteArray sha256(QByteArrayView text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), sizeOf(text), out.data(), &size, EVP_sha256(), nullptr) != 1)
        return {};
    return QByteArray(reinterpret_cast<const char *>(out.data()), static_cast<qsizetype>(size));
}

bool sameSecret(QByteArrayView a, QByteArrayView b)
{
    // Compares digests, which all have one length, so that the time says nothing about the secret's length.
    const QByteArray first = sha256(a);
    const QByteArray second = sha256(b);
    return !first.isEmpty() && first.size() == second.size() &&
           CRYPTO_memcmp(first.constData(), second.constData(), sizeOf(first)) == 0;
}

std::optional<QByteArray> decode(QByteArrayView text, VerifyRule::Encoding encoding)
{
    if (encoding == VerifyRule::Encoding::Hex) {
        const bool isHex = text.size() % 2 == 0 &&
                           std::all_of(text.begin(), text.end(), [](char c) { return hexValue(c) >= 0; });
        return isHex ? std::optional(QByteArray::fromHex(text.toByteArray())) : std::nullopt;
    }
    const auto alphabet =
        encoding == VerifyRule::Encoding::Base64 ? QByteArray::Base64Encoding : QByteArray::Base64UrlEncoding;
    auto decoded = QByteArray::fromBase64Encoding(text.toByteArray(),
                                                  alphabet | QByteArray::AbortOnBase64DecodingErrors);
    // The last character may have unused bits. They must be zero, so that each signature can be written in
    // one way only.
    const auto isPadding = [](char c) { return c == '='; };
    const auto *const end = std::find_if(text.begin(), text.end(), isPadding);
    if (!decoded ||
        decoded.decoded.toBase64(alphabet | QByteArray::OmitTrailingEquals) != text.first(end - text.begin()))
        return std::nullopt;
    return std::move(decoded.decoded);
}

QByteArray decodeKey(QByteArrayView line, VerifyRule::KeyFormat format)
{
    switch (format) {
        case VerifyRule::KeyFormat::Text:
            return line.toByteArray();
        case VerifyRule::KeyFormat::Hex:
            return decode(line.trimmed(), VerifyRule::Encoding::Hex).value_or(QByteArray());
        case VerifyRule::KeyFormat::Base64:
            break;
    }
    QByteArrayView text = line.trimmed();
    for (const QByteArrayView prefix : {QByteArrayView("whsec_"), QByteArrayView("whpk_")}) {
        if (text.startsWith(prefix))
            text = text.sliced(prefix.size());
    }
    const bool isUrl = text.contains('-') || text.contains('_');
    return decode(text, isUrl ? VerifyRule::Encoding::Base64Url : VerifyRule::Encoding::Base64)
        .value_or(QByteArray());
}

}  // namespace holdline::profile
