// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/fingerprint.h"

#include "core/json/jsoncanonical.h"
#include "core/json/jsontext.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <array>
#include <variant>

namespace holdline {

namespace {

using Length = std::array<char, sizeof(quint64)>;

/// Returns the length of a part, to be hashed before the part. Otherwise "ab" and "c" would have the same
/// hash as "a" and "bc".
Length lengthOf(QByteArrayView part)
{
    Length length{};
    qToBigEndian(static_cast<quint64>(part.size()), length.data());
    return length;
}

}  // namespace

QByteArray fingerprint(QByteArrayView method, QByteArrayView target, QByteArrayView body, bool isKnownJson)
{
    // A body that is not JSON is hashed as it is. It cannot equal the canonical form of another body, because
    // a canonical form is JSON.
    QByteArrayView content = body;
    QByteArray canonical;
    const QByteArrayView text = withoutByteOrderMark(body);
    if (isKnownJson || std::holds_alternative<JsonType>(scanJson(text))) {
        canonical = canonicalJson(text);
        content = canonical;
    }
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QByteArrayView part : {method, target, content}) {
        hash.addData(lengthOf(part));
        hash.addData(part);
    }
    return hash.result();
}

}  // namespace holdline
