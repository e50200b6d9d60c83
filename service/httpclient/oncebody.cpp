// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/oncebody.h"

#include <algorithm>
#include <cstring>

namespace holdline {

OnceBody::OnceBody(QByteArray bytes, QByteArray affinity, QObject *parent)
    : QIODevice(parent), m_bytes(std::move(bytes)), m_affinity(std::move(affinity))
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

qint64 OnceBody::readData(char *data, qint64 maxSize)
{
    const qsizetype count = std::min<qsizetype>(maxSize, m_bytes.size() - m_read);
    if (count <= 0)
        return maxSize == 0 ? 0 : -1;
    std::memcpy(data, m_bytes.constData() + m_read, static_cast<std::size_t>(count));
    m_read += count;
    m_wasRead = true;
    return count;
}

}  // namespace holdline
