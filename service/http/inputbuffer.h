// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline::http {

/// The bytes that a connection has received and its parser has not consumed yet. A plain value.
class InputBuffer
{
public:
    bool isEmpty() const { return m_taken >= m_bytes.size(); }
    qsizetype size() const { return m_bytes.size() - m_taken; }
    /// Returns the bytes. The view is valid until the next change of the buffer.
    QByteArrayView view() const { return QByteArrayView(m_bytes).sliced(m_taken); }

    void append(QByteArrayView bytes) { m_bytes.append(bytes); }
    /// Removes `count` bytes from the front.
    void take(qsizetype count) { m_taken += count; }

    /// Moves the remaining bytes to the start of the memory. Keeps the memory for append().
    void compact()
    {
        m_bytes.remove(0, m_taken);
        m_taken = 0;
    }
    /// Frees the memory that the remaining bytes do not need.
    void squeeze()
    {
        m_bytes = isEmpty() ? QByteArray() : m_bytes.sliced(m_taken);
        m_taken = 0;
    }
    /// Drops all bytes and frees the memory.
    void clear()
    {
        m_bytes = QByteArray();
        m_taken = 0;
    }

private:
    QByteArray m_bytes;
    qsizetype m_taken = 0;
};

}  // namespace holdline::http
