// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QUrl>

#include <utility>
#include <vector>

namespace holdline {

using AnswerFields = std::vector<std::pair<QByteArray, QByteArray>>;

/// Limits of the header fields of an upstream's answer that are passed on: their number, and the bytes of
/// their names and values together.
inline constexpr std::size_t kMaxAnswerFields = 16;
inline constexpr qsizetype kMaxAnswerFieldBytes = 8 * 1024;

/// Returns the header fields of an upstream's answer that are passed on to the client with its status and
/// body. These are the fields that the body or the status needs (RFC 9110, 15): Content-Encoding,
/// Content-Language, WWW-Authenticate, Allow and so on. Each authentication challenge becomes a field of its
/// own, because many clients cannot read lists of challenges. A relative Location is resolved against `url`,
/// the URL of the request. Retry-After is left out, because it is capped elsewhere. Content-Type is left out,
/// because StartResult has a member for it.
///
/// Fields of the connection to the upstream are not passed on (RFC 9110, 7.6.1). The exception is Upgrade in
/// a 426, which is useless without this field. The answer to the client then lists Upgrade in its Connection
/// field. Invalid fields are left out. Of fields beyond the limits, the least important ones are left out.
/// Pure.
AnswerFields passedOnFields(const QList<std::pair<QByteArray, QByteArray>> &fields, int status,
                            const QUrl &url);

}  // namespace holdline
