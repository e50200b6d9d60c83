// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/filterparser.h"

#include "core/config/suggest.h"

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

bool isLetter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_';
}

bool isDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

bool isSign(QChar c)
{
    return c == u':' || c == u'=' || c == u'<' || c == u'>';
}

/// Returns the length of a time unit in microseconds. An empty name means milliseconds.
std::optional<double> unit(QStringView name)
{
    struct Unit
    {
        QStringView name;
        double us;
    };
    static constexpr Unit kUnits[] = {
        {u"us", 1},        {u"µs", 1},         {u"", 1'000},         {u"ms", 1'000},
        {u"s", 1'000'000}, {u"m", 60'000'000}, {u"min", 60'000'000}, {u"h", 3'600'000'000.0}};
    for (const Unit &candidate : kUnits) {
        if (candidate.name == name)
            return candidate.us;
    }
    return std::nullopt;
}

}  // namespace

std::variant<FilterQuery, FilterError> FilterQuery::parse(const QString &text, std::span<const Field> fields)
{
    return FilterParser(text, fields).parse();
}

std::variant<FilterQuery, FilterError> FilterParser::parse()
{
    FilterQuery query;
    for (;;) {
        while (!atEnd() && here().isSpace())
            ++m_at;
        if (atEnd())
            return query;
        FilterQuery::Term term;
        if (!readTerm(term))
            return m_error;
        query.m_terms.push_back(std::move(term));
    }
}

bool FilterParser::fail(qsizetype from, qsizetype to, const QString &text)
{
    m_error = {from, std::max<qsizetype>(to - from, 1), text};
    // An error at the end of the text marks the last character, since no character follows.
    if (m_error.position >= m_text.size() && m_error.position > 0)
        m_error.position = m_text.size() - 1;
    return false;
}

bool FilterParser::readTerm(FilterQuery::Term &term)
{
    const qsizetype begin = m_at;
    if (here() == u'-') {
        term.negated = true;
        ++m_at;
        if (atEnd() || here().isSpace())
            return fail(begin, m_at,
                        tr("“-” hides the rows that match the next term. Write the term directly after it, "
                           "for example -state:queued."));
    }
    return readField(term) && readValues(term);
}

/// Reads a field name and the comparison sign after it. Reads nothing when the term does not begin with a
/// field name.
bool FilterParser::readField(FilterQuery::Term &term)
{
    const qsizetype begin = m_at;
    qsizetype end = m_at;
    while (end < m_text.size() && isLetter(m_text[end]))
        ++end;
    if (end == begin || end == m_text.size() || !isSign(m_text[end]))
        return true;
    const QStringView name = m_text.sliced(begin, end - begin);
    term.field = fieldNamed(name);
    if (!term.field || std::find(m_fields.begin(), m_fields.end(), *term.field) == m_fields.end()) {
        QStringList known;
        for (const Field field : m_fields)
            known.append(fieldInfo(field).key);
        const QString near = nearest(name.toString().toLower(), known);
        return fail(begin, end,
                    near.isEmpty() ? tr("No field is called “%1”. To search for this text, put it in quotes. "
                                        "The fields are: %2.")
                                         .arg(name, known.join(", "_L1))
                                   : tr("No field is called “%1”. Did you mean “%2”?").arg(name, near));
    }
    m_at = end + 1;
    const QChar sign = m_text[end];
    const bool hasEqual = !atEnd() && here() == u'=';
    if (sign == u':')
        term.compare = Compare::Has;
    else if (sign == u'=')
        term.compare = Compare::Is;
    else if (sign == u'<')
        term.compare = hasEqual ? Compare::AtMost : Compare::Less;
    else
        term.compare = hasEqual ? Compare::AtLeast : Compare::More;
    if (hasEqual && (sign == u'<' || sign == u'>'))
        ++m_at;
    const FieldInfo &info = fieldInfo(*term.field);
    const bool isOrder = sign == u'<' || sign == u'>';
    if (isOrder && info.kind == FieldKind::Text) {
        return fail(end, m_at,
                    tr("“%1” is a text and has no order. Write %1:… or %1=… instead.").arg(info.key));
    }
    if (isOrder && info.kind == FieldKind::Clock) {
        return fail(end, m_at,
                    tr("“%1” is a time of day. Select a time range in the latency chart, or write %1:10:31.")
                        .arg(info.key));
    }
    return true;
}

bool FilterParser::readValues(FilterQuery::Term &term)
{
    for (;;) {
        const qsizetype begin = m_at;
        FilterQuery::Value value;
        bool isQuoted = false;
        if (!atEnd() && here() == u'"') {
            isQuoted = true;
            if (!readQuoted(value.text))
                return false;
        } else {
            while (!atEnd() && !here().isSpace() && here() != u'|' && here() != u'"')
                ++m_at;
            value.text = m_text.sliced(begin, m_at - begin).toString();
        }
        const bool mayBeEmpty = isQuoted && term.field && term.compare == Compare::Is;
        if (value.text.isEmpty() && !mayBeEmpty) {
            const QString example = term.field ? fieldInfo(*term.field).key + "=\"\""_L1 : QString();
            if (isQuoted && term.field)
                return fail(
                    begin, m_at,
                    tr("The search text is empty. Write %1 to find rows without a value.").arg(example));
            return fail(begin, m_at,
                        term.field ? tr("A value is missing here.") : tr("A word is missing here."));
        }
        if (!atEnd() && !here().isSpace() && here() != u'|') {
            return fail(m_at, m_at + 1,
                        isQuoted ? tr("A space is missing after the quoted text.")
                                 : tr("A quote cannot begin inside a word. Put the whole text in quotes."));
        }
        if (!readNumber(term, value, begin))
            return false;
        prepare(term.compare, value);
        term.values.push_back(std::move(value));
        if (atEnd() || here() != u'|')
            return true;
        ++m_at;
    }
}

bool FilterParser::readQuoted(QString &text)
{
    const qsizetype begin = m_at;
    for (++m_at; !atEnd(); ++m_at) {
        if (here() == u'"') {
            ++m_at;
            return true;
        }
        if (here() == u'\\' && m_at + 1 < m_text.size() &&
            (m_text[m_at + 1] == u'"' || m_text[m_at + 1] == u'\\'))
            ++m_at;
        text += here();
    }
    return fail(begin, m_at, tr("This quote is not closed. Add a “\"” at the end."));
}

/// Sets value.number for a term that compares numbers. The text is digits, optionally with a point and a
/// unit.
bool FilterParser::readNumber(const FilterQuery::Term &term, FilterQuery::Value &value, qsizetype begin)
{
    if (!term.field || term.compare == Compare::Has || value.text.isEmpty())
        return true;
    const FieldKind kind = fieldInfo(*term.field).kind;
    if (kind != FieldKind::Duration && kind != FieldKind::Number)
        return true;
    const QStringView text = value.text;
    qsizetype end = text.startsWith(u'-') ? 1 : 0;
    while (end < text.size() && (isDigit(text[end]) || text[end] == u'.'))
        ++end;
    bool isNumber = false;
    value.number = text.first(end).toDouble(&isNumber);
    isNumber = isNumber && std::isfinite(value.number);
    if (kind == FieldKind::Number) {
        if (isNumber && end == text.size())
            return true;
        return fail(begin, m_at,
                    tr("%1 is not a number. Write digits, for example 200.").arg(quoted(value.text)));
    }
    const std::optional<double> us = unit(text.sliced(end));
    if (isNumber && us) {
        value.number *= *us;
        return true;
    }
    if (isNumber) {
        return fail(begin, m_at,
                    tr("%1 is not a unit of time. The units are us, ms, s, m and h.")
                        .arg(quoted(text.sliced(end).toString())));
    }
    return fail(begin, m_at,
                tr("%1 is not a time. Write for example 200 (ms), 1.5s or 2m.").arg(quoted(value.text)));
}

void FilterParser::prepare(Compare compare, FilterQuery::Value &value)
{
    value.isAscii =
        std::all_of(value.text.begin(), value.text.end(), [](QChar c) { return c.unicode() < 0x80; });
    // The only letters in a formatted time are its units. Signs, spaces and separators depend on the locale.
    value.isNumeric = std::all_of(value.text.begin(), value.text.end(), [](QChar c) {
        return !c.isLetter() || c == u'm' || c == u's' || c == u'h' || c == u'M' || c == u'S' || c == u'H';
    });
    value.utf8 = (compare == Compare::Has ? value.text.toLower() : value.text).toUtf8();
}

}  // namespace holdline::monitor
