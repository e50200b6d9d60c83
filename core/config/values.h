// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QString>
#include <QStringView>

#include <chrono>
#include <cstdint>
#include <optional>

namespace holdline {

/// The formats of option values in flags, environment variables and TOML strings. Parsers return nothing
/// for a text that they do not understand completely, and they trim nothing. The parser reads the text of
/// a writer as the same value.

/// "500ms", "5s", "1.5s", "2m", "1h". Only "0" needs no unit. At most three digits after the point, no
/// fraction of a millisecond, at most 10,000 hours.
std::optional<std::chrono::milliseconds> parseDuration(QStringView text);
/// Uses the largest unit that needs no fraction: "1500ms", "30s", "5m".
QString formatDuration(std::chrono::milliseconds duration);

/// A non-negative whole number of at most 15 digits.
std::optional<std::int64_t> parseInteger(QStringView text);

/// Bytes: "4096", "64KiB", "1MiB", "2GiB" (powers of 1024) and "10kB", "10MB", "1GB" (powers of 1000).
std::optional<std::int64_t> parseSize(QStringView text);
QString formatSize(std::int64_t bytes);

/// "127.0.0.1:80", "[::1]:80", ":80" (all IPv4 addresses), "localhost:80" (127.0.0.1), or "off". Only
/// literal addresses, without a name lookup. Port 0 lets the system pick a port.
std::optional<ListenAddress> parseListenAddress(QStringView text);
QString formatListenAddress(const ListenAddress &address);

}  // namespace holdline
