// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// A time as the job server writes it: milliseconds since 1970, UTC.
using JobTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// A job's id: 13 to 16 lower-case hex digits without a leading zero.
bool isJobIdText(QByteArrayView text);

/// A proof: 40 upper-case hex digits.
bool isProofText(QByteArrayView text);

/// Reads `2017-09-08T18:27:35.749Z`: RFC 3339, UTC, milliseconds, `Z`. Empty for any other text and for
/// days that do not exist.
std::optional<JobTime> parseStartedAt(QByteArrayView text);

/// The inverse of parseStartedAt(), for years 0 to 9999.
QByteArray formatStartedAt(JobTime time);

}  // namespace holdline
