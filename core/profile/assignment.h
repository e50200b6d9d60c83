// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/locator.h"
#include "core/profile/template.h"

#include <QByteArray>
#include <QString>

#include <variant>
#include <vector>

namespace holdline::profile {

/// What an entry of `set` writes: a text, number or truth value, or lists and tables of them for JSON.
class FieldValue
{
public:
    /// Appends JSON text as it is: brackets, names, numbers.
    void appendJson(const QByteArray &text) { m_pieces.emplace_back(text); }
    /// Appends a template that becomes a JSON string, or a JSON value when it is one lone locator.
    void appendText(const Template &text) { m_pieces.emplace_back(text); }
    /// Appends a number or truth value.
    void appendLiteral(const QByteArray &text);

    /// The value as JSON, or an error for people.
    std::variant<QByteArray, QString> json(const TemplateValues &values) const;
    /// The value as texts: one, or those of a list. For forms, queries and header fields.
    std::variant<std::vector<QByteArray>, QString> texts(const TemplateValues &values,
                                                         Template::Position position) const;
    std::vector<Template> templates() const;
    /// The value with its templates as they were written: JSON with them inside, or one text. For people.
    QString text() const;
    /// True when the value has no text or number of its own, as an empty list has not.
    bool isTable() const { return m_isTable; }
    void markAsTable() { m_isTable = true; }

private:
    struct Literal
    {
        QByteArray text;
    };
    std::vector<std::variant<QByteArray, Literal, Template>> m_pieces;
    bool m_isTable = false;  ///< holds a table, which only JSON can
};

/// A value and its place in a request.
struct Assignment
{
    Locator target;  ///< Body, Form, Query or Header
    FieldValue value;
};
using Assignments = std::vector<Assignment>;

}  // namespace holdline::profile
