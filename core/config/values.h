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

/// The longest path of a local socket in bytes. sockaddr_un has room for one more byte, but QLocalSocket
/// does not accept it.
inline constexpr qsizetype kMaxSocketPath = 106;

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

/// "127.0.0.1:80", "[::1]:80", "[::]:80" (all addresses), ":80" (all IPv4 addresses), "localhost:80"
/// (127.0.0.1). Only literal addresses, without a name lookup. Port 0 lets the system pick a port.
std::optional<ListenAddress> parseListenAddress(QStringView text);
QString formatListenAddress(const ListenAddress &address);

/// The most addresses that one listener has.
inline constexpr std::size_t kMaxListenAddresses = 16;
/// One to kMaxListenAddresses addresses with commas between them, or "off", which is none.
std::optional<std::vector<ListenAddress>> parseListenAddresses(QStringView text);
QString formatListenAddresses(const std::vector<ListenAddress> &addresses);

// Each function reads a text into `value`. For a wrong text it leaves `value` unchanged and returns the
// correct form, such as "a whole number from 1 to 5 is wanted". Otherwise it returns nothing.

QString readInteger(QStringView text, int least, int most, int &value);
QString readSize(QStringView text, std::int64_t least, std::int64_t most, std::int64_t &value);
QString readDuration(QStringView text, std::chrono::milliseconds least, std::chrono::milliseconds most,
                     std::chrono::milliseconds &value);

/// The names of the values of an enumeration, as options use them.
template <typename Enum>
using Names = std::vector<std::pair<QLatin1StringView, Enum>>;

/// "debug, info or error"
template <typename Enum>
QString namesText(const Names<Enum> &names)
{
    QString text = names.front().first;
    for (std::size_t i = 1; i < names.size(); ++i)
        text += (i + 1 == names.size() ? QStringLiteral(" or ") : QStringLiteral(", ")) + names[i].first;
    return text;
}

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
