// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/credentialspec.h"
#include "service/holdline/ports/jobstarter.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

namespace holdline {

/// A fetched credential, before it gets its number.
struct FetchedCredential
{
    std::vector<QByteArray> values;
    /// The lifetime that the answer states. Empty when the answer states none.
    std::optional<std::chrono::seconds> lifetime;
};

/// Why a fetch failed.
struct FetchFailure
{
    QString text;            ///< for people; contains no secret, and of the answer only an error code
    QByteArray proxyStatus;  ///< error type of RFC 9209, or empty
    bool isRefused = false;  ///< see CredentialState
};

using FetchResult = std::variant<FetchedCredential, FetchFailure>;

/// Builds the request that fetches a credential. StartCall::readAnswer writes the result into `read`, which
/// stays empty when no whole answer comes. The error is for people.
std::variant<StartCall, QString> credentialRequest(const CredentialSpec &spec,
                                                   const std::shared_ptr<std::optional<FetchResult>> &read);

/// Returns the failure for a request whose whole answer did not come.
FetchFailure fetchFailure(const StartResult &result);

}  // namespace holdline
