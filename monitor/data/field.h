// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QByteArrayView>
#include <QLatin1StringView>
#include <QString>

#include <optional>
#include <span>

namespace holdline::monitor {

/// One property of a row. Each property is a column of some table and a name in filters.
enum class Field : std::uint8_t {
    State,
    Job,
    Account,
    Age,       ///< time since the request arrived
    Deadline,  ///< time left until the deadline; negative after it
    Phase,     ///< time in the present state
    Position,  ///< position in the account's queue, from 1
    Queue,
    Start,
    Running,  ///< time from the response to the start request until the callback (JobRow::job)
    Total,
    Attempts,
    Outcome,  ///< how a job ended, or how a callback was judged
    Status,
    Upstream,
    Client,
    Request,
    Started,  ///< time of day when the request arrived
    Ended,    ///< time of day when the job was settled
    Detail,
    Queued,
    InFlight,
    Turn,
    Forecast,
    At,  ///< time of day of a callback or a dead letter
    Bytes,
    Durable,    ///< "yes" or empty
    Handed,     ///< handed over: "yes" or empty
    Recovered,  ///< "yes" or empty
    Joined,
    Waiting,
    Kind,  ///< of a dead letter
    Reason,
    Redriven,
    Jobs,         ///< jobs of a lane that run or may run
    JobsLimit,    ///< limit of Jobs; 0 means none and is shown as null
    RateUsed,     ///< start requests of a lane within the last RateWindow
    RateLimit,    ///< limit of RateUsed; 0 means none and is shown as null
    RateWindow,   ///< the span of time for which RateLimit holds
    StartsLimit,  ///< limit of start requests in flight in a lane; 0 means none and is shown as null
};
inline constexpr int kFieldCount = static_cast<int>(Field::StartsLimit) + 1;

enum class FieldKind : std::uint8_t {
    Text,
    Duration,  ///< the cell's number is microseconds
    Number,
    Clock,  ///< time of day; the cell's number is milliseconds since 1970, UTC
};

struct FieldInfo
{
    QLatin1StringView key;  ///< name in filters and in settings
    FieldKind kind;
    /// True when the value can change while the row stays the same: with time, or with other rows.
    bool isVolatile;
};

const FieldInfo &fieldInfo(Field field);
/// Finds a field by its key or an older name ("jobtime", "word", "promised"). Ignores case.
std::optional<Field> fieldNamed(QStringView name);
std::span<const Field> allFields();

/// A field's value in one row. The text is a view into the row: the row must outlive the cell.
struct Cell
{
    bool isNull = true;
    QByteArrayView text;      ///< set for FieldKind::Text
    std::int64_t number = 0;  ///< set for the other kinds

    static Cell of(QByteArrayView text) { return {text.isEmpty(), text, 0}; }
    static Cell of(QLatin1StringView text) { return of(QByteArrayView(text.data(), text.size())); }
    /// Returns a cell with "yes", or a null cell. It never contains "no", because a search for "no" would
    /// find every row.
    static Cell yes(bool is) { return is ? of(QByteArrayView("yes")) : Cell{}; }
    static Cell of(std::int64_t number) { return {false, {}, number}; }
    static Cell of(std::optional<Microseconds> value) { return value ? of(value->count()) : Cell{}; }
    static Cell of(WallTime at) { return of(std::int64_t{at.time_since_epoch().count()}); }
};

/// Returns the cell's text as the tables show it. Empty for a null cell.
QString cellText(Field field, const Cell &cell);

/// Lets a filter read the cells of one row, whatever table the row is in.
class FieldReader
{
public:
    virtual ~FieldReader() = default;
    virtual Cell read(Field field) const = 0;           ///< null when this kind of row lacks the field
    virtual std::span<const Field> fields() const = 0;  ///< the fields that this kind of row has
};

}  // namespace holdline::monitor
