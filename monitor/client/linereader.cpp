// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/linereader.h"

namespace holdline::monitor {

void LineReader::append(QByteArrayView bytes)
{
    m_bytes.append(bytes.data(), bytes.size());
}

std::optional<QByteArray> LineReader::next()
{
    const qsizetype end = m_bytes.indexOf('\n', m_scanned);
    if (end < 0) {
        // Remove all returned lines at once, since each removal moves the rest of the buffer.
        m_bytes.remove(0, m_begin);
        m_begin = 0;
        m_scanned = m_bytes.size();
        return std::nullopt;
    }
    QByteArray line = m_bytes.sliced(m_begin, end - m_begin);
    m_begin = m_scanned = end + 1;
    return line;
}

}  // namespace holdline::monitor
