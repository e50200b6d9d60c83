// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/addressrange.h"

#include "core/config/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMappedBits = 96;  // bits before the IPv4 address in an IPv4-mapped IPv6 address
constexpr AddressBytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool isIpv4(const AddressBytes &address)
{
    return std::equal(address.begin(), address.begin() + kMappedBits / 8, kMapped.begin());
}

bool bitOf(const AddressBytes &address, int index)
{
    return (address[static_cast<std::size_t>(index / 8)] >> (7 - index % 8) & 1) != 0;
}

}  // namespace

std::optional<AddressBytes> parseAddress(const QByteArray &text)
{
    AddressBytes bytes = kMapped;
    // inet_pton() stops at a NUL and would ignore the text after it.
    if (text.contains('\0'))
        return std::nullopt;
    if (inet_pton(AF_INET, text.constData(), bytes.data() + kMappedBits / 8) == 1)
        return bytes;
    if (inet_pton(AF_INET6, text.constData(), bytes.data()) == 1)
        return bytes;
    return std::nullopt;
}

bool AddressRange::contains(const AddressBytes &address) const
{
    const int whole = bits / 8;
    if (std::memcmp(first.data(), address.data(), static_cast<std::size_t>(whole)) != 0)
        return false;
    for (int i = whole * 8; i < bits; ++i) {
        if (bitOf(first, i) != bitOf(address, i))
            return false;
    }
    return true;
}

std::optional<AddressRange> parseAddressRange(QStringView text)
{
    const qsizetype slash = text.indexOf(u'/');
    const auto address = parseAddress((slash < 0 ? text : text.first(slash)).toLatin1());
    if (!address)
        return std::nullopt;
    AddressRange range{*address};
    if (slash >= 0) {
        const int offset = text.contains(u':') ? 0 : kMappedBits;
        const auto length = parseInteger(text.sliced(slash + 1));
        if (!length || *length + offset > 128)
            return std::nullopt;
        range.bits = static_cast<int>(*length) + offset;
    }
    for (int i = range.bits; i < 128; ++i) {
        if (bitOf(range.first, i))
            return std::nullopt;
    }
    return range;
}

QString formatAddressRange(const AddressRange &range)
{
    const bool isShort = isIpv4(range.first) && range.bits >= kMappedBits;
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(isShort ? AF_INET : AF_INET6, range.first.data() + (isShort ? kMappedBits / 8 : 0), text,
              sizeof text);
    const QString address = QString::fromLatin1(text);
    if (range.bits == 128)
        return address;
    return address + u'/' + QString::number(range.bits - (isShort ? kMappedBits : 0));
}

std::optional<std::vector<AddressRange>> parseAddressRanges(QStringView text)
{
    std::vector<AddressRange> all;
    if (text.isEmpty())
        return all;
    for (const QStringView part : text.split(u',')) {
        const auto one = parseAddressRange(part.trimmed());
        if (!one || all.size() == kMaxAddressRanges)
            return std::nullopt;
        all.push_back(*one);
    }
    return all;
}

QString formatAddressRanges(const std::vector<AddressRange> &ranges)
{
    QStringList all;
    for (const AddressRange &range : ranges)
        all.append(formatAddressRange(range));
    return all.join(u',');
}

bool contains(const std::vector<AddressRange> &ranges, const AddressBytes &address)
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&address](const AddressRange &range) { return range.contains(address); });
}

QByteArrayView hostOfPeer(QByteArrayView peer)
{
    // QByteArrayView::lastIndexOf() of Qt 6.8 reads before the beginning of an empty view.
    if (peer.isEmpty())
        return {};
    const qsizetype colon = peer.lastIndexOf(':');
    const QByteArrayView host = peer.first(std::max<qsizetype>(colon, 0));
    return host.startsWith('[') && host.endsWith(']') ? host.sliced(1, host.size() - 2) : host;
}

std::optional<AddressBytes> addressOfPeer(QByteArrayView peer)
{
    return parseAddress(hostOfPeer(peer).toByteArray());
}

}  // namespace holdline
