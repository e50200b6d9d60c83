// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QString>
#include <QStringView>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// The longest path of a local socket, in bytes. sockaddr_un could hold 107 bytes and a NUL, but QLocalSocket
/// does not accept 107 bytes.
inline constexpr qsizetype kMaxSocketPath = 106;

// The formats of option values in flags, environment variables and TOML strings. Each parse function returns
// nothing for a text that is not completely valid. White space is allowed only around the commas of lists.
// Each parse function reads the text of its format function as the same value. All are pure.

/// Parses "500ms", "5s", "1.5s", "2m", "1h". Only "0" needs no unit. At most three digits after the point, no
/// fraction of a millisecond, at most 10,000 hours.
std::optional<std::chrono::milliseconds> parseDuration(QStringView text);
/// Writes the duration in the largest unit that needs no fraction: "1500ms", "30s", "5m".
QString formatDuration(std::chrono::milliseconds duration);

/// Parses a non-negative whole number of at most 15 digits.
std::optional<std::int64_t> parseInteger(QStringView text);

/// Parses a number of bytes: "4096", "64KiB", "1MiB", "2GiB" (powers of 1024), "10kB", "10MB", "1GB" (powers
/// of 1000).
std::optional<std::int64_t> parseSize(QStringView text);
QString formatSize(std::int64_t bytes);

/// Parses "127.0.0.1:80", "[::1]:80", "[::]:80" (all addresses), ":80" (all IPv4 addresses), "localhost:80"
/// (127.0.0.1). Other names are invalid, because no name is looked up. Port 0 lets the system pick a port.
std::optional<ListenAddress> parseListenAddress(QStringView text);
QString formatListenAddress(const ListenAddress &address);

/// The largest number of addresses in a list of listen addresses.
inline constexpr std::size_t kMaxListenAddresses = 16;
/// Parses one to kMaxListenAddresses addresses with commas between them. "off" is an empty list.
std::optional<std::vector<ListenAddress>> parseListenAddresses(QStringView text);
QString formatListenAddresses(const std::vector<ListenAddress> &addresses);

// Each function reads a text into `value` and returns an empty text. For a wrong text, or a value outside
// `least` to `most`, it leaves `value` unchanged and returns the correct form for people, such as "a whole
// number from 1 to 5 is wanted".

QString readInteger(QStringView text, int least, int most, int &value);
QString readSize(QStringView text, std::int64_t least, std::int64_t most, std::int64_t &value);
QString readDuration(QStringView text, std::chrono::milliseconds least, std::chrono::milliseconds most,
                     std::chrono::milliseconds &value);

/// The names of the values of an enumeration, as options use them.
template <typename Enum>
using Names = std::vector<std::pair<QLatin1StringView, Enum>>;

/// Returns the names as a list for people: "debug, info or error".
template <typename Enum>
QString namesText(const Names<Enum> &names)
{
    QString text = names.front().first;
    for (std::size_t i = 1; i < names.size(); ++i)
        text += (i + 1 == names.size() ? QStringLiteral(" or ") : QStringLiteral(", ")) + names[i].first;
    return text;
}

/// Reads a name into `value`, like the functions above.
template <typename Enum>
QString readName(QStringView text, const Names<Enum> &names, Enum &value)
{
    for (const auto &[name, one] : names) {
        if (name == text) {
            value = one;
            return {};
        }
    }
    return namesText(names) + QStringLiteral(" is wanted");
}

}  // namespace holdline
