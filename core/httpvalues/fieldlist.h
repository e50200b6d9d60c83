// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace holdline {

/// Removes the first member from `rest`, a comma-separated header field value (RFC 9110, 5.6.1), and returns
/// the member with the white space around it. A comma in a quoted string does not end the member. Pure.
QByteArrayView takeMember(QByteArrayView &rest);

/// Returns the value without its double quotes, if it has them, because a quoted value means the same as a
/// bare one. Does not decode escapes. Pure.
QByteArrayView unquoted(QByteArrayView value);

}  // namespace holdline
