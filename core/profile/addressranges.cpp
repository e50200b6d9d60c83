// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/addressranges.h"

#include "core/base/ascii.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace holdline::profile {

namespace {

/// True when the first `bits` bits are equal.
template <typename Bytes>
bool sharePrefix(const Bytes &a, const Bytes &b, int bits)
{
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(a.begin(), a.begin() + bits / 8, b.begin()))
        return false;
    const int rest = bits % 8;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

}  // namespace

std::optional<AddressRanges::Bytes> AddressRanges::parse(const QByteArray &text, bool &isIpv4)
{
    Bytes bytes{};
    isIpv4 = false;
    if (text.contains('\0'))
        return std::nullopt;
    if (inet_pton(AF_INET6, text.constData(), bytes.data()) == 1)
        return bytes;
    std::array<std::uint8_t, 4> four{};
    if (inet_pton(AF_INET, text.constData(), four.data()) != 1)
        return std::nullopt;
    isIpv4 = true;
    bytes = {};
    bytes[10] = bytes[11] = 0xFF;
    std::copy(four.begin(), four.end(), bytes.begin() + 12);
    return bytes;
}

bool AddressRanges::add(QByteArrayView text)
{
    const qsizetype slash = text.indexOf('/');
    bool isIpv4 = false;
    const auto address = parse(text.first(slash < 0 ? text.size() : slash).toByteArray(), isIpv4);
    if (!address)
        return false;
    int prefix = 128;
    if (slash >= 0) {
        const QByteArray digits = text.sliced(slash + 1).toByteArray();
        const bool isNumber = !digits.isEmpty() && digits.size() <= 3 &&
                              std::all_of(digits.begin(), digits.end(), [](char c) { return isDigit(c); });
        prefix = digits.toInt();
        if (!isNumber || prefix > (isIpv4 ? 32 : 128))
            return false;
        prefix += isIpv4 ? 96 : 0;
    }
    // 10.0.0.1/8 is more likely a slip than a wish.
    for (int bit = prefix; bit < 128; ++bit) {
        if ((*address)[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1)
            return false;
    }
    m_ranges.push_back({*address, prefix});
    return true;
}

bool AddressRanges::contain(QByteArrayView address) const
{
    bool isIpv4 = false;
    const auto bytes = parse(address.toByteArray(), isIpv4);
    return bytes && std::any_of(m_ranges.begin(), m_ranges.end(), [&bytes](const Range &range) {
               return sharePrefix(*bytes, range.address, range.prefix);
           });
}

}  // namespace holdline::profile
