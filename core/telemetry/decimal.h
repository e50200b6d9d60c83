// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>

#include <cstdint>

namespace holdline {

/// Appends a number as text, without a temporary copy.
void appendDecimal(QByteArray &out, std::int64_t number);

/// Appends the duration in milliseconds, rounded to three decimals: "6.512".
void appendMilliseconds(QByteArray &out, Duration duration);

/// Appends the time in UTC as RFC 3339 with milliseconds: "2023-11-14T22:13:20.123Z".
void appendTimestamp(QByteArray &out, std::chrono::system_clock::time_point at);

}  // namespace holdline
