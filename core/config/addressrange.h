// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>
#include <QStringView>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdline {

/// An IP address as the 16 bytes of an IPv6 address. An IPv4 address is stored as an IPv4-mapped IPv6 address
/// (RFC 4291, 2.5.5.2), because a socket for both families may report an IPv4 peer in either form.
using AddressBytes = std::array<std::uint8_t, 16>;

/// A range of IP addresses, such as 10.0.0.0/8 (RFC 4632, 3.1) or fd00::/8.
struct AddressRange
{
    AddressBytes first{};
    int bits = 128;  ///< leading bits of `first` that all addresses share

    bool contains(const AddressBytes &address) const;
    friend bool operator==(const AddressRange &, const AddressRange &) = default;
};

/// Parses "10.0.0.0/8", "fd00::/8", "::ffff:10.0.0.0/104", or one address without a prefix length. All bits
/// after the prefix must be zero, because "10.0.0.1/8" is probably a mistake. Empty for any other text.
std::optional<AddressRange> parseAddressRange(QStringView text);
/// Writes the range as parseAddressRange() reads it; an IPv4 range as "10.0.0.0/8".
QString formatAddressRange(const AddressRange &range);

/// Parses ranges with commas between them. An empty text is an empty list. Returns nothing for a wrong text
/// and for more than kMaxAddressRanges ranges.
std::optional<std::vector<AddressRange>> parseAddressRanges(QStringView text);
QString formatAddressRanges(const std::vector<AddressRange> &ranges);
inline constexpr std::size_t kMaxAddressRanges = 64;

/// Returns whether one of the ranges contains the address.
bool contains(const std::vector<AddressRange> &ranges, const AddressBytes &address);

/// Parses an IPv4 or IPv6 address without port and brackets. Empty for any other text.
std::optional<AddressBytes> parseAddress(const QByteArray &text);
/// Returns the address in "127.0.0.1:54321" or "[::1]:54321", without brackets. Empty for a text without a
/// port.
QByteArrayView hostOfPeer(QByteArrayView peer);
/// Parses the address in a text such as "127.0.0.1:54321" or "[::1]:54321". Empty for any other text.
std::optional<AddressBytes> addressOfPeer(QByteArrayView peer);

}  // namespace holdline
