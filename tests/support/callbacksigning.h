// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/profile/exchange.h"

#include <QByteArray>
#include <QString>

namespace holdline::test {

/// What a signature of a callback is made of.
struct SigningValues
{
    const profile::Secrets &secrets;
    QByteArray address;     ///< our public address at which it comes, without its query
    bool isForged = false;  ///< signs with another secret
};

/// True when the callbacks of this API prove themselves.
bool signsCallbacks(const QString &api);
/// Signs a callback now, as the API's documentation says and without the code under test. Leaves the
/// callbacks of an API that signs nothing as they are.
void signCallback(const QString &api, RecordedMessage &message, const SigningValues &values);
/// The key set (RFC 7517) of the Ed25519 key with which callbacks are signed.
QByteArray publishedKeys();

}  // namespace holdline::test
