// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <memory>
#include <vector>

namespace holdline {

/// A fetched key set or access token. Immutable, so that all threads can share it.
struct Credential
{
    /// The public keys of a key set, or the value of the Authorization field of a token.
    std::vector<QByteArray> values;
    std::uint64_t number = 0;  ///< of the fetch; later fetches have larger numbers; never 0
    TimePoint fetchedAt{};
    TimePoint freshUntil{};  ///< afterwards a token must not be used; a key set should be fetched again
};

/// The present state of a key set or access token.
struct CredentialState
{
    std::shared_ptr<const Credential> credential{};  ///< null before the first success
    bool isFailing = false;                          ///< the last fetch failed
    // Only when isFailing is true:
    QString error{};           ///< for people; has no secret
    QByteArray proxyStatus{};  ///< error type of RFC 9209, or empty
    bool isRefused = false;    ///< an early retry would get the same answer
    TimePoint nextTry{};       ///< no fetch begins before this time

    std::uint64_t number() const { return credential ? credential->number : 0; }
};

}  // namespace holdline
