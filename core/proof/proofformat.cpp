// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/proof/proofformat.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <cstdio>

namespace holdline {

namespace {

constexpr QByteArrayView kShape = "dddd-dd-ddTdd:dd:dd.dddZ";

int number(QByteArrayView text, qsizetype at, qsizetype digits)
{
    int value = 0;
    for (const char c : text.sliced(at, digits))
        value = value * 10 + (c - '0');
    return value;
}

}  // namespace

bool isJobIdText(QByteArrayView text)
{
    if (text.size() < 13 || text.size() > 16 || text.front() == '0')
        return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool isProofText(QByteArrayView text)
{
    return text.size() == 40 &&
           std::all_of(text.begin(), text.end(), [](char c) { return isDigit(c) || (c >= 'A' && c <= 'F'); });
}

std::optional<JobTime> parseStartedAt(QByteArrayView text)
{
    if (text.size() != kShape.size())
        return std::nullopt;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (kShape[i] == 'd' ? !isDigit(text[i]) : text[i] != kShape[i])
            return std::nullopt;
    }
    using namespace std::chrono;
    const year_month_day day{year(number(text, 0, 4)), month(static_cast<unsigned>(number(text, 5, 2))),
                             std::chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
    const int hour = number(text, 11, 2);
    const int minute = number(text, 14, 2);
    const int second = number(text, 17, 2);
    if (!day.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    return sys_days(day) + hours(hour) + minutes(minute) + seconds(second) +
           milliseconds(number(text, 20, 3));
}

QByteArray formatStartedAt(JobTime time)
{
    using namespace std::chrono;
    const auto midnight = floor<days>(time);
    const year_month_day day(midnight);
    const hh_mm_ss clock(time - midnight);
    char text[64];
    const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                     int(day.year()), unsigned(day.month()), unsigned(day.day()),
                                     int(clock.hours().count()), int(clock.minutes().count()),
                                     int(clock.seconds().count()), int(clock.subseconds().count()));
    return QByteArray(text, length);
}

}  // namespace holdline
