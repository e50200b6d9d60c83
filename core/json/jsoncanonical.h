// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// Returns the canonical form of a JSON text. Texts that differ only in white space, in escapes or in the
/// order of members have the same canonical form:
/// - There is no white space.
/// - The members of each object are sorted by the UTF-8 bytes of their names. Members with the same name keep
///   their order.
/// - Strings have only the escapes that quoteJson() writes.
/// - Numbers stay byte for byte, because a reader may distinguish `1.0` from `1`.
///
/// The canonical form is valid JSON, and does not change when it is passed to this function again. `text`
/// must have passed scanJson(). Takes O(size · log size) time at any nesting. Thread-safe.
QByteArray canonicalJson(QByteArrayView text);

}  // namespace holdline
