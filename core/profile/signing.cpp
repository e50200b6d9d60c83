// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/signing.h"

#include "core/profile/signatures.h"

#include <openssl/evp.h>

#include <memory>

namespace holdline::profile {

namespace {

struct KeyFree
{
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
};
struct DigestFree
{
    void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
};

const unsigned char *bytesOf(QByteArrayView text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

unsigned char *bytesOf(QByteArray &text)
{
    return reinterpret_cast<unsigned char *>(text.data());
}

std::unique_ptr<EVP_PKEY, KeyFree> privateKey(QByteArrayView seed)
{
    if (seed.size() != kEd25519KeyBytes)
        return nullptr;
    return std::unique_ptr<EVP_PKEY, KeyFree>(EVP_PKEY_new_raw_private_key(
        EVP_PKEY_ED25519, nullptr, bytesOf(seed), static_cast<std::size_t>(seed.size())));
}

}  // namespace

QByteArray ed25519PublicKey(QByteArrayView seed)
{
    const auto key = privateKey(seed);
    QByteArray made(kEd25519KeyBytes, '\0');
    auto size = static_cast<std::size_t>(made.size());
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytesOf(made), &size) != 1)
        return {};
    return made;
}

QByteArray signEd25519(QByteArrayView seed, QByteArrayView message)
{
    const auto key = privateKey(seed);
    const std::unique_ptr<EVP_MD_CTX, DigestFree> context(EVP_MD_CTX_new());
    QByteArray made(kEd25519SignatureBytes, '\0');
    auto size = static_cast<std::size_t>(made.size());
    const bool isMade = key && context &&
                        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                        EVP_DigestSign(context.get(), bytesOf(made), &size, bytesOf(message),
                                       static_cast<std::size_t>(message.size())) == 1;
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
