// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/fingerprint.h"

#include "core/json/jsoncanonical.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <array>

namespace holdline {

namespace {

using Length = std::array<char, sizeof(quint64)>;

/// Written before each part, so that two requests never give the same bytes by a different split.
Length lengthOf(QByteArrayView part)
{
    Length length{};
    qToBigEndian(static_cast<quint64>(part.size()), length.data());
    return length;
}

}  // namespace

QByteArray fingerprint(QByteArrayView method, QByteArrayView path, QByteArrayView body)
{
    const QByteArray canonical = canonicalJson(body);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QByteArrayView part : {method, path, QByteArrayView(canonical)}) {
        hash.addData(lengthOf(part));
        hash.addData(part);
    }
    return hash.result();
}

}  // namespace holdline
