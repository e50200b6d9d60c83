// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdline::profile {

/// Ranges of IP addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address. An IPv4 address and its form
/// inside IPv6 (`::ffff:192.0.2.1`) are the same.
class AddressRanges
{
public:
    /// False when `text` is no range, or has bits behind its prefix.
    bool add(QByteArrayView text);
    /// True when a range has the address. `address` is a literal without port and brackets.
    bool contain(QByteArrayView address) const;
    bool isEmpty() const { return m_ranges.empty(); }

private:
    using Bytes = std::array<std::uint8_t, 16>;
    struct Range
    {
        Bytes address;
        int prefix;
    };
    static std::optional<Bytes> parse(const QByteArray &text, bool &isIpv4);

    std::vector<Range> m_ranges;
};

}  // namespace holdline::profile
