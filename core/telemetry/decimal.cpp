// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/decimal.h"

#include <array>
#include <charconv>

namespace holdline {

namespace {

/// Appends `number` with leading zeros, in `digits` digits. `number` must not be negative or have more
/// digits.
void appendPadded(QByteArray &out, std::int64_t number, int digits)
{
    std::array<char, 20> text;
    for (auto i = static_cast<std::size_t>(digits); i-- > 0; number /= 10)
        text[i] = static_cast<char>('0' + number % 10);
    out.append(text.data(), digits);
}

}  // namespace

void appendDecimal(QByteArray &out, std::int64_t number)
{
    std::array<char, 24> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end - text.data());
}

void appendMilliseconds(QByteArray &out, Duration duration)
{
    if (duration < Duration::zero()) {
        out.append('-');
        duration = -duration;
    }
    const auto microseconds = std::chrono::round<std::chrono::microseconds>(duration).count();
    appendDecimal(out, microseconds / 1000);
    out.append('.');
    appendPadded(out, microseconds % 1000, 3);
}

void appendTimestamp(QByteArray &out, std::chrono::system_clock::time_point at)
{
    using namespace std::chrono;
    const auto moment = floor<milliseconds>(at);
    const auto day = floor<days>(moment);
    const year_month_day date(day);
    const hh_mm_ss<milliseconds> time(moment - day);
    appendPadded(out, int(date.year()), 4);
    out.append('-');
    appendPadded(out, unsigned(date.month()), 2);
    out.append('-');
    appendPadded(out, unsigned(date.day()), 2);
    out.append('T');
    appendPadded(out, time.hours().count(), 2);
    out.append(':');
    appendPadded(out, time.minutes().count(), 2);
    out.append(':');
    appendPadded(out, time.seconds().count(), 2);
    out.append('.');
    appendPadded(out, time.subseconds().count(), 3);
    out.append('Z');
}

}  // namespace holdline
