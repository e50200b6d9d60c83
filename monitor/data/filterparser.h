// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/filterquery.h"

#include <QCoreApplication>

namespace holdline::monitor {

/// Parses one filter text and stops at the first error. One object parses one text. Reentrant.
class FilterParser
{
    Q_DECLARE_TR_FUNCTIONS(FilterParser)

public:
    FilterParser(QStringView text, std::span<const Field> fields) : m_text(text), m_fields(fields) {}

    std::variant<FilterQuery, FilterError> parse();

private:
    using Compare = FilterQuery::Compare;

    bool readTerm(FilterQuery::Term &term);
    bool readField(FilterQuery::Term &term);
    bool readValues(FilterQuery::Term &term);
    bool readQuoted(QString &text);
    bool readNumber(const FilterQuery::Term &term, FilterQuery::Value &value, qsizetype begin);
    static void prepare(Compare compare, FilterQuery::Value &value);

    bool fail(qsizetype from, qsizetype to, const QString &text);
    bool atEnd() const { return m_at == m_text.size(); }
    QChar here() const { return m_text[m_at]; }

    QStringView m_text;
    std::span<const Field> m_fields;
    qsizetype m_at = 0;
    FilterError m_error;
};

}  // namespace holdline::monitor
