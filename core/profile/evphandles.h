// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <openssl/evp.h>

#include <cstddef>
#include <memory>

/// Handles of OpenSSL's EVP, and bytes as it wants them. For signatures.cpp and signing.cpp only.
namespace holdline::profile {

inline const unsigned char *bytesOf(QByteArrayView text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

inline std::size_t sizeOf(QByteArrayView text)
{
    return static_cast<std::size_t>(text.size());
}

template <auto release>
struct Release
{
    template <typename T>
    void operator()(T *pointer) const
    {
        release(pointer);
    }
};

using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

}  // namespace holdline::profile
