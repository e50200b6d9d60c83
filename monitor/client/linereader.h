// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace holdline::monitor {

/// Cuts bytes into lines. Looks at no byte twice, however small the pieces they come in. A value.
class LineReader
{
public:
    void append(QByteArrayView bytes);
    void clear() { *this = {}; }

    /// The next whole line without its end.
    std::optional<QByteArray> next();
    /// Bytes of the line that has no end yet; known once next() found no more.
    qsizetype pending() const { return m_bytes.size() - m_begin; }

private:
    QByteArray m_bytes;
    qsizetype m_begin = 0;    ///< of the line that is next
    qsizetype m_scanned = 0;  ///< no line ends before this
};

}  // namespace holdline::monitor
