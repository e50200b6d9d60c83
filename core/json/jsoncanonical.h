// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// The canonical form of a JSON text: texts with the same content in the same numbers have the same form.
/// It has no white space. The members of each object are sorted by the UTF-8 bytes of their names, and
/// members of one name keep their order. Strings use the escapes of quoteJson() and no others. Numbers
/// stay byte for byte, because `1.0` and `1` can mean different things to a reader. The result is JSON,
/// and its own canonical form.
///
/// `text` must have passed scanJson(). Takes O(size · log size) time at any nesting. Thread-safe.
QByteArray canonicalJson(QByteArrayView text);

}  // namespace holdline
