// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace holdline::monitor {

/// Splits a byte stream into lines. Scans each byte once, however small the pieces are. A value type.
class LineReader
{
public:
    void append(QByteArrayView bytes);
    void clear() { *this = {}; }

    /// The next complete line, without the newline.
    std::optional<QByteArray> next();
    /// The length of the incomplete last line. Valid only after next() returned nothing.
    qsizetype pending() const { return m_bytes.size() - m_begin; }

private:
    QByteArray m_bytes;
    qsizetype m_begin = 0;    ///< where the next line begins
    qsizetype m_scanned = 0;  ///< there is no newline between m_begin and here
};

}  // namespace holdline::monitor
