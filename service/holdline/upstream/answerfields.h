// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QUrl>

#include <utility>
#include <vector>

namespace holdline {

using AnswerFields = std::vector<std::pair<QByteArray, QByteArray>>;

/// The most fields of an answer that are passed on, and the most bytes of their names and values.
inline constexpr std::size_t kMaxAnswerFields = 16;
inline constexpr qsizetype kMaxAnswerFieldBytes = 8 * 1024;

/// Picks the fields that go to the client together with the status and the body of an upstream's answer. They
/// are those that the body or the status needs (RFC 9110, 15): Content-Encoding, Content-Language,
/// WWW-Authenticate, Allow and so on. Each challenge becomes a field of its own, because many clients read no
/// lists of them. A relative Location is resolved against `url`, which was asked. Retry-After is not among
/// them, because it is capped elsewhere. Content-Type is a member of its own.
///
/// Fields of the connection to the upstream are not passed on (RFC 9110, 7.6.1). Upgrade stays with a 426,
/// which means nothing without it; the connection to the client then names it in its Connection field.
/// Invalid fields and those beyond the limits are left out, the most important ones last. Pure.
AnswerFields passedOnFields(const QList<std::pair<QByteArray, QByteArray>> &fields, int status,
                            const QUrl &url);

}  // namespace holdline
