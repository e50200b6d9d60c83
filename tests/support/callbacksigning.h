// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/profile/exchange.h"

#include <QByteArray>
#include <QString>

namespace holdline::test {

/// The values from which a callback's signature is made.
struct SigningValues
{
    const profile::Secrets &secrets;
    QByteArray address;     ///< public URL at which the callback arrives, without the query
    bool isForged = false;  ///< true: signs with a wrong secret or key
};

/// Returns whether the callbacks of this API contain a signature or a secret.
bool signsCallbacks(const QString &api);
/// Signs a callback with the current time, as the API's documentation says. Does not use the code under test.
/// Does not change callbacks of an API that does not sign them.
void signCallback(const QString &api, RecordedMessage &message, const SigningValues &values);
/// Returns the key set (RFC 7517) that verifies the callbacks signed with Ed25519.
QByteArray publishedKeys();

}  // namespace holdline::test
