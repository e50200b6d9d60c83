// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/signing.h"

#include "core/profile/evphandles.h"
#include "core/profile/signatures.h"

namespace holdline::profile {

namespace {

unsigned char *writableBytesOf(QByteArray &text)
{
    return reinterpret_cast<unsigned char *>(text.data());
}

Key privateKey(QByteArrayView seed)
{
    if (seed.size() != kEd25519KeyBytes)
        return nullptr;
    return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytesOf(seed), sizeOf(seed)));
}

}  // namespace

QByteArray ed25519PublicKey(QByteArrayView seed)
{
    const auto key = privateKey(seed);
    QByteArray made(kEd25519KeyBytes, '\0');
    auto size = sizeOf(made);
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), writableBytesOf(made), &size) != 1)
        return {};
    return made;
}

QByteArray signEd25519(QByteArrayView seed, QByteArrayView message)
{
    const auto key = privateKey(seed);
    const Context context(EVP_MD_CTX_new());
    QByteArray made(kEd25519SignatureBytes, '\0');
    auto size = sizeOf(made);
    const bool isMade =
        key && context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestSign(context.get(), writableBytesOf(made), &size, bytesOf(message), sizeOf(message)) == 1;
    return isMade ? made : QByteArray();
}

QByteArray formatKeySet(const PublicKeys &keys)
{
    QByteArray json = "{\"keys\":[";
    for (const QByteArray &key : keys) {
        if (!json.endsWith('['))
            json += ',';
        json += R"({"kty":"OKP","crv":"Ed25519","use":"sig","x":")" +
                key.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals) + "\"}";
    }
    return json + "]}";
}

}  // namespace holdline::profile
