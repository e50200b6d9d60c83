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

/// An IP address in the form of IPv6. An IPv4 address is mapped (RFC 4291, 2.5.5.2), because a socket for
/// both families shows it in either form.
using AddressBytes = std::array<std::uint8_t, 16>;

/// A range of IP addresses, such as 10.0.0.0/8 (RFC 4632, 3.1) or fd00::/8.
struct AddressRange
{
    AddressBytes first{};
    int bits = 128;  ///< leading bits of `first` that all addresses share

    bool contains(const AddressBytes &address) const;
    friend bool operator==(const AddressRange &, const AddressRange &) = default;
};

/// "10.0.0.0/8", "fd00::/8", "::ffff:10.0.0.0/104", or one address without a length. Bits behind the length
/// must be zero, or it may not be what its author meant. Empty for any other text.
std::optional<AddressRange> parseAddressRange(QStringView text);
QString formatAddressRange(const AddressRange &range);

/// Any number of ranges with commas between them. Empty for a wrong text and for more than
/// kMaxAddressRanges.
std::optional<std::vector<AddressRange>> parseAddressRanges(QStringView text);
QString formatAddressRanges(const std::vector<AddressRange> &ranges);
inline constexpr std::size_t kMaxAddressRanges = 64;

/// True when one of the ranges has the address.
bool contains(const std::vector<AddressRange> &ranges, const AddressBytes &address);

/// An IPv4 or IPv6 address without port and brackets. Empty for any other text.
std::optional<AddressBytes> parseAddress(const QByteArray &text);
/// The address of "127.0.0.1:54321" or "[::1]:54321", without brackets. Empty for a text without a port.
QByteArrayView hostOfPeer(QByteArrayView peer);
/// The same, parsed. Empty for any other text.
std::optional<AddressBytes> addressOfPeer(QByteArrayView peer);

}  // namespace holdline
