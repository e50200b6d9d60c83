// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

namespace holdline {

/// Returns why keys and tokens must not be fetched from this URL, as a text for people. Empty when the URL is
/// allowed: https, or http on this machine (127.0.0.0/8, ::1 or localhost), without user and fragment. Over
/// plain http in a network, an attacker could replace the keys and read the secret (RFC 6749, 3.2).
QString credentialUrlError(QStringView url);

}  // namespace holdline
