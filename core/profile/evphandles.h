// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <openssl/evp.h>

#include <cstddef>
#include <memory>

/// Owning pointers to OpenSSL's EVP objects, and conversions of byte views for OpenSSL's functions. Only
/// signatures.cpp and signing.cpp include this header.
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
