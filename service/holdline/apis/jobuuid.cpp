// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/jobuuid.h"

#include <QCryptographicHash>

namespace holdline {

QByteArray jobUuid(QByteArrayView jobId)
{
    QByteArray bytes = QCryptographicHash::hash(jobId.toByteArray(), QCryptographicHash::Sha256).first(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    QByteArray text = bytes.toHex();
    for (const int at : {20, 16, 12, 8})
        text.insert(at, '-');
    return text;
}

}  // namespace holdline
