// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/field.h"

#include "monitor/data/format.h"

#include <array>
#include <utility>

namespace holdline::monitor {

namespace {

/// Indexed by Field.
constexpr std::array<FieldInfo, kFieldCount> kInfos{{
    {QLatin1StringView("state"), FieldKind::Text, false},
    {QLatin1StringView("job"), FieldKind::Text, false},
    {QLatin1StringView("account"), FieldKind::Text, false},
    {QLatin1StringView("age"), FieldKind::Duration, true},
    {QLatin1StringView("deadline"), FieldKind::Duration, true},
    {QLatin1StringView("phase"), FieldKind::Duration, true},
    {QLatin1StringView("position"), FieldKind::Number, true},
    {QLatin1StringView("queue"), FieldKind::Duration, false},
    {QLatin1StringView("start"), FieldKind::Duration, false},
    {QLatin1StringView("running"), FieldKind::Duration, false},
    {QLatin1StringView("total"), FieldKind::Duration, false},
    {QLatin1StringView("attempts"), FieldKind::Number, false},
    {QLatin1StringView("outcome"), FieldKind::Text, false},
    {QLatin1StringView("status"), FieldKind::Number, false},
    {QLatin1StringView("upstream"), FieldKind::Text, false},
    {QLatin1StringView("client"), FieldKind::Text, false},
    {QLatin1StringView("request"), FieldKind::Text, false},
    {QLatin1StringView("started"), FieldKind::Clock, false},
    {QLatin1StringView("ended"), FieldKind::Clock, false},
    {QLatin1StringView("detail"), FieldKind::Text, false},
    {QLatin1StringView("queued"), FieldKind::Number, false},
    {QLatin1StringView("inflight"), FieldKind::Number, false},
    {QLatin1StringView("turn"), FieldKind::Duration, false},
    {QLatin1StringView("forecast"), FieldKind::Duration, false},
    {QLatin1StringView("at"), FieldKind::Clock, false},
    {QLatin1StringView("bytes"), FieldKind::Number, false},
    {QLatin1StringView("durable"), FieldKind::Text, false},
    {QLatin1StringView("handed"), FieldKind::Text, false},
    {QLatin1StringView("recovered"), FieldKind::Text, false},
    {QLatin1StringView("joined"), FieldKind::Number, false},
    {QLatin1StringView("waiting"), FieldKind::Number, false},
    {QLatin1StringView("kind"), FieldKind::Text, false},
    {QLatin1StringView("reason"), FieldKind::Text, false},
    {QLatin1StringView("redriven"), FieldKind::Number, false},
    {QLatin1StringView("jobs"), FieldKind::Number, false},
    {QLatin1StringView("jobslimit"), FieldKind::Number, false},
    {QLatin1StringView("rateused"), FieldKind::Number, false},
    {QLatin1StringView("ratelimit"), FieldKind::Number, false},
    {QLatin1StringView("ratewindow"), FieldKind::Duration, false},
    {QLatin1StringView("startslimit"), FieldKind::Number, false},
}};
static_assert(!kInfos.back().key.isEmpty());

constexpr auto kAll = [] {
    std::array<Field, kFieldCount> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<Field>(i);
    return all;
}();

}  // namespace

const FieldInfo &fieldInfo(Field field)
{
    return kInfos[static_cast<std::size_t>(field)];
}

std::optional<Field> fieldNamed(QStringView name)
{
    static constexpr std::pair<QLatin1StringView, Field> kOlderNames[] = {
        {QLatin1StringView("jobtime"), Field::Running},
        {QLatin1StringView("promised"), Field::Durable},
        {QLatin1StringView("word"), Field::Outcome},
    };
    for (const auto &[olderName, field] : kOlderNames) {
        if (name.compare(olderName, Qt::CaseInsensitive) == 0)
            return field;
    }
    for (const Field field : kAll) {
        if (name.compare(fieldInfo(field).key, Qt::CaseInsensitive) == 0)
            return field;
    }
    return std::nullopt;
}

std::span<const Field> allFields()
{
    return kAll;
}

QString cellText(Field field, const Cell &cell)
{
    if (cell.isNull)
        return {};
    switch (fieldInfo(field).kind) {
        case FieldKind::Text:
            return QString::fromUtf8(cell.text);
        case FieldKind::Duration:
            return formatDuration(Microseconds(cell.number));
        case FieldKind::Number:
            // An HTTP status is a code, not a quantity, so its digits are not grouped.
            return field == Field::Status ? QString::number(cell.number) : formatCount(cell.number);
        case FieldKind::Clock:
            return formatClockExact(WallTime(Milliseconds(cell.number)));
    }
    return {};
}

}  // namespace holdline::monitor
