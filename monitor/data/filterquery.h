// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/field.h"

#include <QString>

#include <span>
#include <variant>
#include <vector>

namespace holdline::monitor {

/// The first error in a filter's text. Position and length count UTF-16 units.
struct FilterError
{
    qsizetype position = 0;
    qsizetype length = 0;
    QString text;  ///< for the user: what is wrong and how to write it instead

    friend bool operator==(const FilterError &, const FilterError &) = default;
};

/// A filter for rows of a table. A value type. Matching a text field almost never allocates memory.
///
///   acme timeout           the row has both words, each in any column, in any case
///   "no answer"            a text with a space
///   account:acme           the field contains the text
///   account=acme           the field is exactly the text; outcome="" finds rows without an outcome
///   total>200  age<1.5s    compares times; the unit is us, ms, s, m or h, and ms by default
///   -outcome:completed     the row does not match this term
///   state:queued|retrying  one of the values matches
///
/// A word without a field skips the volatile fields (age, deadline, phase, position).
class FilterQuery
{
public:
    FilterQuery() = default;

    /// Parses a filter text, which may name only fields in `fields`. An empty text gives an empty query,
    /// which matches every row.
    static std::variant<FilterQuery, FilterError> parse(const QString &text,
                                                        std::span<const Field> fields = allFields());

    bool matches(const FieldReader &row) const;
    bool isEmpty() const { return m_terms.empty(); }
    /// True when the query names a volatile field. Then an unchanged row can start or stop matching.
    bool hasVolatileField() const;
    /// Returns a text that parses to an equal query.
    QString toString() const;

    /// Returns a filter term that matches exactly the rows with the cell's value in `field`. With `negated`,
    /// the term matches exactly the other rows.
    static QString termFor(Field field, const Cell &cell, bool negated = false);

    friend bool operator==(const FilterQuery &, const FilterQuery &) = default;

    enum class Compare : std::uint8_t { Has, Is, Less, AtMost, More, AtLeast };

private:
    friend class FilterParser;

    struct Value
    {
        QString text;
        QByteArray utf8;
        bool isAscii = true;     ///< the text is only ASCII: compared byte by byte, in lower case
        bool isNumeric = false;  ///< the text could be part of a formatted number, duration or time of day
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
