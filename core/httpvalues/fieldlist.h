// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace holdline {

/// Removes the next member from the front of a field's list (RFC 9110, 5.6.1), up to a comma outside quotes.
QByteArrayView takeMember(QByteArrayView &rest);

/// The value without its quotes, if it has them. A quoted value means the same as a bare one.
QByteArrayView unquoted(QByteArrayView value);

}  // namespace holdline
