// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/field.h"

#include <QString>

#include <span>
#include <variant>
#include <vector>

namespace holdline::monitor {

/// Where a filter's text is wrong, in UTF-16 units, and what to do about it.
struct FilterError
{
    qsizetype position = 0;
    qsizetype length = 0;
    QString text;

    friend bool operator==(const FilterError &, const FilterError &) = default;
};

/// Which rows to show. A value; matching allocates next to nothing for fields that are texts.
///
///   acme timeout         both words, each in any column; case does not matter
///   "no answer"          words with a space between
///   account:acme         has it in this field
///   account=acme         is exactly that; status=502, outcome="" (has none)
///   total>200  age<1.5s  times: ms where there is no unit (us, ms, s, m, h)
///   -outcome:completed   not that
///   state:queued|retrying  one of them
///
/// Fields that move by themselves (age, deadline, phase, position) are looked at only where they are named.
class FilterQuery
{
public:
    FilterQuery() = default;

    /// Only `fields` are known. An empty text is an empty query.
    static std::variant<FilterQuery, FilterError> parse(const QString &text,
                                                        std::span<const Field> fields = allFields());

    bool matches(const FieldReader &row) const;
    bool isEmpty() const { return m_terms.empty(); }
    /// Whether a row can begin or cease to match without having changed.
    bool moves() const;
    /// A text that parses to the same query.
    QString toString() const;

    /// The term for rows that have this very value there, negated if asked for: "filter by this cell".
    static QString termFor(Field field, const Cell &cell, bool negated = false);

    friend bool operator==(const FilterQuery &, const FilterQuery &) = default;

    enum class Compare : std::uint8_t { Has, Is, Less, AtMost, More, AtLeast };

private:
    friend class FilterParser;

    struct Value
    {
        QString text;
        QByteArray utf8;
        bool isAscii = true;     ///< compared byte by byte, in lower case
        bool isNumeric = false;  ///< could be part of a number, a time or a time of day as they are shown
        double number = 0;

        friend bool operator==(const Value &, const Value &) = default;
    };

    struct Term
    {
        bool negated = false;
        std::optional<Field> field;
        Compare compare = Compare::Has;
        std::vector<Value> values;

        friend bool operator==(const Term &, const Term &) = default;
    };

    static bool holds(const Term &term, const FieldReader &row);
    static bool holdsFor(const Term &term, const Value &value, Field field, const Cell &cell);

    std::vector<Term> m_terms;
};

}  // namespace holdline::monitor
