// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QString>
#include <QStringView>

#include <chrono>
#include <cstdint>
#include <optional>

namespace holdline {

/// The small languages of option values, as they stand in flags, environment variables and TOML strings.
/// Parsers return nothing for anything they do not know whole; none of them trims. The writers give back a
/// text that the parser reads as the same value.

/// "500ms", "5s", "1.5s", "2m", "1h"; a unit is wanted except for "0". At most three digits after the point,
/// and no fraction of a millisecond. At most 10,000 hours.
std::optional<std::chrono::milliseconds> parseDuration(QStringView text);
/// The largest unit that needs no fraction: "1500ms", "30s", "5m".
QString formatDuration(std::chrono::milliseconds duration);

/// A whole number that is not negative, of at most 15 digits.
std::optional<std::int64_t> parseInteger(QStringView text);

/// Bytes: "4096", "64KiB", "1MiB", "2GiB" (powers of 1024) and "10kB", "10MB", "1GB" (powers of 1000).
std::optional<std::int64_t> parseSize(QStringView text);
QString formatSize(std::int64_t bytes);

/// "127.0.0.1:80", "[::1]:80", ":80" (all IPv4 addresses), "localhost:80" (127.0.0.1), or "off". Only literal
/// addresses: nothing is looked up. Port 0 lets the system pick one.
std::optional<ListenAddress> parseListenAddress(QStringView text);
QString formatListenAddress(const ListenAddress &address);

}  // namespace holdline
