// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/locator.h"
#include "core/profile/template.h"

#include <QByteArray>
#include <QString>

#include <variant>
#include <vector>

namespace holdline::profile {

/// The value that an entry of a profile's `set` table writes into a request: a text, a number, true or false,
/// a list of such values, or for a JSON body a table.
class FieldValue
{
public:
    /// Appends JSON text unchanged, such as a bracket or a member's name.
    void appendJson(const QByteArray &text) { m_pieces.emplace_back(text); }
    /// Appends a template, which JSON renders as a string. In JSON, a template that is only `{body:…}`
    /// copies the value with its type, and one that is only `{number:…}` becomes a number.
    void appendText(const Template &text) { m_pieces.emplace_back(text); }
    /// Appends a number or truth value.
    void appendLiteral(const QByteArray &text);

    /// Returns the value as JSON, or an error text for people.
    std::variant<QByteArray, QString> json(const TemplateValues &values) const;
    /// Returns the value's texts for forms, queries and header fields: one text, or one for each list entry.
    /// On failure returns an error text for people.
    std::variant<std::vector<QByteArray>, QString> texts(const TemplateValues &values,
                                                         Template::Position position) const;
    std::vector<Template> templates() const;
    /// Returns the value for people, with its templates as they were written: JSON that contains them, or one
    /// text.
    QString text() const;
    /// True when the value contains a table, which only a JSON body can hold.
    bool isTable() const { return m_isTable; }
    void markAsTable() { m_isTable = true; }

private:
    struct Literal
    {
        QByteArray text;
    };
    std::vector<std::variant<QByteArray, Literal, Template>> m_pieces;
    bool m_isTable = false;  ///< the value contains a table
};

/// A value and its place in a request.
struct Assignment
{
    Locator target;  ///< Body, Form, Query or Header
    FieldValue value;
};
using Assignments = std::vector<Assignment>;

}  // namespace holdline::profile
