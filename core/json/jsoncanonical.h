// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// One text for all JSON texts that say the same in the same numbers: no white space; the members of every
/// object sorted by their names' UTF-8 bytes (of one name: in the order they came); strings with the escapes
/// of quoteJson() and no others; numbers byte for byte as they were, since `1.0` and `1` need not mean the
/// same to who reads them. The result is JSON, and its own canonical form.
///
/// `text` must have passed scanJson(). O(size · log size) in time, whatever the nesting. Thread-safe.
QByteArray canonicalJson(QByteArrayView text);

}  // namespace holdline
