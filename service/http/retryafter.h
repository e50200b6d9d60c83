// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QDateTime>

#include <chrono>
#include <optional>

namespace holdline::http {

/// The delay a `Retry-After` field asks for (RFC 9110, 10.2.3): seconds, or a date in any of the three
/// formats of RFC 9110, 5.6.7, counted from `now`. Never more than `cap`, 0 for a date that is past. Nothing
/// when the value is neither.
std::optional<std::chrono::milliseconds> parseRetryAfter(QByteArrayView value, const QDateTime &now,
                                                         std::chrono::milliseconds cap);

}  // namespace holdline::http
