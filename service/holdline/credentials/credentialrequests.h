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
    /// How long it may be used, as the answer says. Empty when it does not say.
    std::optional<std::chrono::seconds> lifetime;
};

/// Why a fetch brought nothing.
struct FetchFailure
{
    QString text;            ///< for people; has no secret and no text of the answer but an error's code
    QByteArray proxyStatus;  ///< error type of RFC 9209, or empty
    bool isRefused = false;  ///< see CredentialState
};

using FetchResult = std::variant<FetchedCredential, FetchFailure>;

/// The request that fetches a credential. Its readAnswer puts the result into `read`, which is empty when no
/// whole answer came. The error is for people.
std::variant<StartCall, QString> credentialRequest(const CredentialSpec &spec,
                                                   const std::shared_ptr<std::optional<FetchResult>> &read);

/// The failure of a request whose whole answer did not come.
FetchFailure fetchFailure(const StartResult &result);

}  // namespace holdline
