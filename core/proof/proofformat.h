// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// A time as the job server writes it: milliseconds since 1970, UTC.
using JobTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Returns whether `text` has the form of the job server's job ids: 13 to 16 lower-case hex digits without a
/// leading zero.
bool isJobIdText(QByteArrayView text);

/// Returns whether `text` has the form of a proof: 40 upper-case hex digits.
bool isProofText(QByteArrayView text);

/// Parses a time such as `2017-09-08T18:27:35.749Z`: RFC 3339, UTC, with milliseconds and `Z`. Empty for any
/// other form and for days that do not exist.
std::optional<JobTime> parseStartedAt(QByteArrayView text);

/// Writes the time as parseStartedAt() reads it. The year must be from 0 to 9999.
QByteArray formatStartedAt(JobTime time);

}  // namespace holdline
