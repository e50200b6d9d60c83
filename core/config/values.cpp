// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <limits>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kMaxDuration = std::chrono::hours(10'000);

struct Unit
{
    QLatin1StringView name;
    std::int64_t factor;
};

// Largest first, because the format functions use the first unit that divides the value.
constexpr Unit kDurationUnits[] = {{"h"_L1, 3'600'000}, {"m"_L1, 60'000}, {"s"_L1, 1000}, {"ms"_L1, 1}};
constexpr Unit kSizeUnits[] = {
    {"GiB"_L1, 1LL << 30}, {"MiB"_L1, 1LL << 20}, {"KiB"_L1, 1LL << 10}, {"GB"_L1, 1'000'000'000},
    {"MB"_L1, 1'000'000},  {"kB"_L1, 1000},       {"B"_L1, 1},           {""_L1, 1}};

bool isDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

/// Removes the leading digits from `text` and returns their value. Empty when there are no digits or more
/// than 15.
std::optional<std::int64_t> takeDigits(QStringView &text)
{
    std::int64_t number = 0;
    qsizetype count = 0;
    for (; count < text.size() && isDigit(text[count]); ++count) {
        if (count == 15)
            return std::nullopt;
        number = number * 10 + (text[count].unicode() - u'0');
    }
    if (count == 0)
        return std::nullopt;
    text = text.sliced(count);
    return number;
}

template <std::size_t N>
const Unit *findUnit(const Unit (&units)[N], QStringView name)
{
    const auto *end = std::end(units);
    const auto *it =
        std::find_if(std::begin(units), end, [name](const Unit &unit) { return unit.name == name; });
    return it == end ? nullptr : it;
}

bool isIpv4(const QString &host)
{
    in_addr address{};
    return inet_pton(AF_INET, host.toLatin1().constData(), &address) == 1;
}

bool isIpv6(const QString &host)
{
    in6_addr address{};
    return inet_pton(AF_INET6, host.toLatin1().constData(), &address) == 1;
}

}  // namespace

std::optional<milliseconds> parseDuration(QStringView text)
{
    if (text == "0"_L1)
        return milliseconds(0);
    const auto whole = takeDigits(text);
    if (!whole)
        return std::nullopt;
    std::int64_t thousandths = 0;
    if (text.startsWith(u'.')) {
        text = text.sliced(1);
        const qsizetype before = text.size();
        const auto fraction = takeDigits(text);
        const qsizetype count = before - text.size();
        if (!fraction || count > 3)
            return std::nullopt;
        thousandths = *fraction * (count == 1 ? 100 : count == 2 ? 10 : 1);
    }
    const Unit *unit = findUnit(kDurationUnits, text);
    if (!unit || *whole > kMaxDuration.count() / unit->factor || thousandths * unit->factor % 1000 != 0)
        return std::nullopt;
    const milliseconds result(*whole * unit->factor + thousandths * unit->factor / 1000);
    if (result > kMaxDuration)
        return std::nullopt;
    return result;
}

QString formatDuration(milliseconds duration)
{
    for (const Unit &unit : kDurationUnits) {
        if (duration.count() % unit.factor == 0 && duration.count() != 0)
            return QString::number(duration.count() / unit.factor) + unit.name;
    }
    return u"0s"_s;
}

std::optional<std::int64_t> parseInteger(QStringView text)
{
    const auto number = takeDigits(text);
    return text.isEmpty() ? number : std::nullopt;
}

std::optional<std::int64_t> parseSize(QStringView text)
{
    const auto number = takeDigits(text);
    if (!number)
        return std::nullopt;
    const Unit *unit = findUnit(kSizeUnits, text);
    if (!unit || *number > std::numeric_limits<std::int64_t>::max() / unit->factor)
        return std::nullopt;
    return *number * unit->factor;
}

QString formatSize(std::int64_t bytes)
{
    for (const Unit &unit : kSizeUnits) {
        if (unit.factor % 1024 == 0 && bytes != 0 && bytes % unit.factor == 0)
            return QString::number(bytes / unit.factor) + unit.name;
    }
    return QString::number(bytes);
}

std::optional<ListenAddress> parseListenAddress(QStringView text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    if (colon < 0)
        return std::nullopt;
    QStringView digits = text.sliced(colon + 1);
    const auto port = takeDigits(digits);
    if (!port || !digits.isEmpty() || *port > 65535)
        return std::nullopt;
    QString host = text.first(colon).toString();
    // inet_pton() stops at a NUL and would ignore the text after it.
    if (host.contains(QChar::Null))
        return std::nullopt;
    if (host.isEmpty()) {
        host = u"0.0.0.0"_s;
    } else if (host == "localhost"_L1) {
        host = u"127.0.0.1"_s;
    } else if (host.startsWith(u'[') && host.endsWith(u']')) {
        host = host.sliced(1, host.size() - 2);
        if (!isIpv6(host))
            return std::nullopt;
    } else if (!isIpv4(host)) {
        return std::nullopt;
    }
    return ListenAddress{host, static_cast<std::uint16_t>(*port)};
}

QString formatListenAddress(const ListenAddress &address)
{
    const QString host = address.host.contains(u':') ? u'[' + address.host + u']' : address.host;
    return host + u':' + QString::number(address.port);
}

std::optional<std::vector<ListenAddress>> parseListenAddresses(QStringView text)
{
    std::vector<ListenAddress> all;
    if (text == "off"_L1)
        return all;
    for (const QStringView part : text.split(u',')) {
        const auto one = parseListenAddress(part.trimmed());
        if (!one || all.size() == kMaxListenAddresses)
            return std::nullopt;
        all.push_back(*one);
    }
    return all;
}

QString formatListenAddresses(const std::vector<ListenAddress> &addresses)
{
    QStringList all;
    for (const ListenAddress &address : addresses)
        all.append(formatListenAddress(address));
    return all.isEmpty() ? u"off"_s : all.join(u',');
}

QString readInteger(QStringView text, int least, int most, int &value)
{
    const auto parsed = parseInteger(text);
    if (!parsed || *parsed < least || *parsed > most)
        return u"a whole number from %1 to %2 is wanted"_s.arg(least).arg(most);
    value = static_cast<int>(*parsed);
    return {};
}

QString readSize(QStringView text, std::int64_t least, std::int64_t most, std::int64_t &value)
{
    const auto parsed = parseSize(text);
    if (!parsed || *parsed < least || *parsed > most)
        return u"a number of bytes from %1 to %2 is wanted, such as 4096, 64KiB or 10MB"_s.arg(
            formatSize(least), formatSize(most));
    value = *parsed;
    return {};
}

QString readDuration(QStringView text, milliseconds least, milliseconds most, milliseconds &value)
{
    const auto parsed = parseDuration(text);
    if (!parsed || *parsed < least || *parsed > most)
        return u"a time with its unit from %1 to %2 is wanted, such as 500ms, 1.5s, 2m or 1h"_s.arg(
            formatDuration(least), formatDuration(most));
    value = *parsed;
    return {};
}

}  // namespace holdline
