// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

namespace holdline {

/// Why keys and tokens must not be fetched from this URL, for people. Empty when they may be. It is https, or
/// http on this machine (127.0.0.0/8, ::1 or localhost): on a longer way a stranger could replace the keys
/// and read the secret (RFC 6749, 3.2).
QString credentialUrlError(QStringView url);

}  // namespace holdline
