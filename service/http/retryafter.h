// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QDateTime>

#include <chrono>
#include <optional>

namespace holdline::http {

/// Parses the delay of a `Retry-After` field (RFC 9110, 10.2.3): seconds or a date in one of the three
/// formats of RFC 9110, 5.6.7. A date is measured from `now`; a past date gives 0. The result is at most
/// `cap`. Returns nothing when the value is invalid. Pure.
std::optional<std::chrono::milliseconds> parseRetryAfter(QByteArrayView value, const QDateTime &now,
                                                         std::chrono::milliseconds cap);

}  // namespace holdline::http
