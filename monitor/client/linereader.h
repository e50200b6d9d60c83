// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace holdline::monitor {

/// Splits a byte stream into lines. Scans each byte only once, even when append() receives many small pieces.
/// A value type.
class LineReader
{
public:
    void append(QByteArrayView bytes);
    void clear() { *this = {}; }

    /// Removes and returns the next complete line, without its newline. Empty when no complete line is left.
    std::optional<QByteArray> next();
    /// Returns the length of the incomplete last line in bytes. Valid only after next() returned nothing.
    qsizetype pending() const { return m_bytes.size() - m_begin; }

private:
    QByteArray m_bytes;
    qsizetype m_begin = 0;    ///< index of the first byte of the next line
    qsizetype m_scanned = 0;  ///< index up to which no newline was found, searching from m_begin
};

}  // namespace holdline::monitor
