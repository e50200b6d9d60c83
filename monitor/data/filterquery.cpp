// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/filterquery.h"

#include <QStringList>

#include <algorithm>
#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// True when `text` contains `word` in any case. `word` must be ASCII in lower case.
bool hasAscii(QByteArrayView text, QByteArrayView word)
{
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

/// Returns a value as filter text, quoted only where the parser needs quotes. `isWord` means that the term
/// has no field.
QString written(const QString &text, bool isWord)
{
    const auto isPlain = [](QChar c) { return !c.isSpace() && c != u'"' && c != u'|'; };
    const bool mustQuote = text.isEmpty() || !std::all_of(text.begin(), text.end(), isPlain) ||
                           (isWord && (text.startsWith(u'-') || text.contains(u':') || text.contains(u'=') ||
                                       text.contains(u'<') || text.contains(u'>'))) ||
                           text.startsWith(u'=');
    if (!mustQuote)
        return text;
    QString escaped = text;
    escaped.replace(u'\\', "\\\\"_L1).replace(u'"', "\\\""_L1);
    return u'"' + escaped + u'"';
}

/// Indexed by FilterQuery::Compare.
constexpr std::array kSigns{":"_L1, "="_L1, "<"_L1, "<="_L1, ">"_L1, ">="_L1};

}  // namespace

bool FilterQuery::matches(const FieldReader &row) const
{
    return std::all_of(m_terms.begin(), m_terms.end(),
                       [&](const Term &term) { return holds(term, row) != term.negated; });
}

bool FilterQuery::hasVolatileField() const
{
    return std::any_of(m_terms.begin(), m_terms.end(),
                       [](const Term &term) { return term.field && fieldInfo(*term.field).isVolatile; });
}

bool FilterQuery::holds(const Term &term, const FieldReader &row)
{
    if (term.field) {
        const Cell cell = row.read(*term.field);
        return std::any_of(term.values.begin(), term.values.end(),
                           [&](const Value &value) { return holdsFor(term, value, *term.field, cell); });
    }
    for (const Field field : row.fields()) {
        const FieldInfo &info = fieldInfo(field);
        if (info.isVolatile)
            continue;
        std::optional<Cell> cell;
        for (const Value &value : term.values) {
            // Skip the formatting of a number, which is slow: most words cannot occur in a number.
            if (info.kind != FieldKind::Text && !value.isNumeric)
                continue;
            if (!cell)
                cell = row.read(field);
            if (holdsFor(term, value, field, *cell))
                return true;
        }
    }
    return false;
}

bool FilterQuery::holdsFor(const Term &term, const Value &value, Field field, const Cell &cell)
{
    if (cell.isNull)
        return term.compare == Compare::Is && value.text.isEmpty();
    const auto number = static_cast<double>(cell.number);
    switch (term.compare) {
        case Compare::Less:
            return number < value.number;
        case Compare::AtMost:
            return number <= value.number;
        case Compare::More:
            return number > value.number;
        case Compare::AtLeast:
            return number >= value.number;
        case Compare::Is:
            if (value.text.isEmpty())
                return false;
            switch (fieldInfo(field).kind) {
                case FieldKind::Text:
                    return cell.text == value.utf8;
                case FieldKind::Clock:
                    return cellText(field, cell) == value.text;
                case FieldKind::Duration:
                case FieldKind::Number:
                    return number == value.number;
            }
            return false;
        case Compare::Has:
            break;
    }
    if (fieldInfo(field).kind == FieldKind::Text && value.isAscii)
        return hasAscii(cell.text, value.utf8);
    return cellText(field, cell).contains(value.text, Qt::CaseInsensitive);
}

QString FilterQuery::toString() const
{
    QStringList terms;
    for (const Term &term : m_terms) {
        QString text = term.negated ? u"-"_s : QString();
        if (term.field)
            text += fieldInfo(*term.field).key + kSigns[static_cast<std::size_t>(term.compare)];
        QStringList values;
        for (const Value &value : term.values)
            values.append(written(value.text, !term.field));
        terms.append(text + values.join(u'|'));
    }
    return terms.join(u' ');
}

QString FilterQuery::termFor(Field field, const Cell &cell, bool negated)
{
    const FieldInfo &info = fieldInfo(field);
    QString value;
    if (!cell.isNull) {
        switch (info.kind) {
            case FieldKind::Text:
                value = QString::fromUtf8(cell.text);
                break;
            case FieldKind::Duration:
                value = QString::number(cell.number) + "us"_L1;
                break;
            case FieldKind::Number:
                value = QString::number(cell.number);
                break;
            case FieldKind::Clock:
                value = cellText(field, cell);
                break;
        }
    }
    return (negated ? "-"_L1 : ""_L1) + info.key + "="_L1 + written(value, false);
}

}  // namespace holdline::monitor
