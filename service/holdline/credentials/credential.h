// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <memory>
#include <vector>

namespace holdline {

/// What a fetch of a CredentialSpec brought. Immutable, so that all threads share it.
struct Credential
{
    /// The public keys of a key set, or the value of the Authorization field of a token.
    std::vector<QByteArray> values;
    std::uint64_t number = 0;  ///< of the fetch; later ones have larger numbers, and none has 0
    TimePoint fetchedAt{};
    TimePoint freshUntil{};  ///< a token must not be used after it; a key set should be fetched again
};

/// What is known of a CredentialSpec now.
struct CredentialState
{
    std::shared_ptr<const Credential> credential{};  ///< null before the first success
    bool isFailing = false;                          ///< the last fetch failed
    // While it fails:
    QString error{};           ///< for people; has no secret
    QByteArray proxyStatus{};  ///< error type of RFC 9209, or empty
    bool isRefused = false;    ///< the other side refuses us, so that trying again soon is in vain
    TimePoint nextTry{};       ///< no fetch begins before

    std::uint64_t number() const { return credential ? credential->number : 0; }
};

}  // namespace holdline
