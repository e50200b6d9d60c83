// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QByteArrayView>
#include <QLatin1StringView>
#include <QString>

#include <optional>
#include <span>

namespace holdline::monitor {

/// What can be asked of a row: the columns of all tables and the names in filters.
enum class Field : std::uint8_t {
    State,
    Job,
    Account,
    Age,       ///< since it was asked
    Deadline,  ///< until its deadline; below zero once it has passed
    Phase,     ///< in the state it is in
    Position,  ///< in its account's queue, from 1
    Queue,
    Start,
    Running,  ///< JobRow::job
    Total,
    Attempts,
    Outcome,
    Status,
    Upstream,
    Client,
    Request,
    Started,  ///< time of day it was asked
    Ended,    ///< time of day it was settled
    Detail,
    Queued,
    InFlight,
    Turn,
    Forecast,
    At,  ///< time of day of a callback
    Word,
    Bytes,
    Durable,  ///< "yes" or nothing, as the next two
    Handed,   ///< over
    Recovered,
    Joined,
    Waiting,
    Kind,  ///< of a dead letter
    Reason,
    Redriven,
};
inline constexpr int kFieldCount = static_cast<int>(Field::Redriven) + 1;

enum class FieldKind : std::uint8_t {
    Text,
    Duration,  ///< µs
    Number,
    Clock,  ///< ms since 1970, UTC
};

struct FieldInfo
{
    QLatin1StringView key;  ///< in filters and in settings
    FieldKind kind;
    /// Its value changes without the row: with time, or with other rows.
    bool moves;
};

const FieldInfo &fieldInfo(Field field);
/// By its key or another name it goes by ("jobtime"), in any case.
std::optional<Field> fieldNamed(QStringView name);
std::span<const Field> allFields();

/// A field's value in one row. The text is a view into the row.
struct Cell
{
    bool isNull = true;
    QByteArrayView text;      ///< of FieldKind::Text
    std::int64_t number = 0;  ///< of the others

    static Cell of(QByteArrayView text) { return {text.isEmpty(), text, 0}; }
    static Cell of(QLatin1StringView text) { return of(QByteArrayView(text.data(), text.size())); }
    /// "yes", or null: a word that says no would be found in every row.
    static Cell yes(bool is) { return is ? of(QByteArrayView("yes")) : Cell{}; }
    static Cell of(std::int64_t number) { return {false, {}, number}; }
    static Cell of(std::optional<Microseconds> value) { return value ? of(value->count()) : Cell{}; }
    static Cell of(WallTime at) { return of(std::int64_t{at.time_since_epoch().count()}); }
};

/// As people read it: empty when it is null.
QString cellText(Field field, const Cell &cell);

/// One row of any kind, as filters see it.
class FieldReader
{
public:
    virtual ~FieldReader() = default;
    virtual Cell read(Field field) const = 0;  ///< null for a field that this kind of row has not
    virtual std::span<const Field> fields() const = 0;
};

}  // namespace holdline::monitor
