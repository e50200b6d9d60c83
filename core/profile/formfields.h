// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <utility>
#include <vector>

namespace holdline::profile {

/// Texts of `application/x-www-form-urlencoded`: form bodies and queries.

/// Everything but unreserved characters becomes a percent escape (RFC 3986, 2.3), a space too.
QByteArray percentEncode(QByteArrayView text);
/// Wrong escapes stay as they are. With `plusIsSpace` a plus means a space, as in forms and queries.
QByteArray percentDecode(QByteArrayView text, bool plusIsSpace);

struct FormField
{
    QByteArrayView raw;  ///< `name=value` as written
    QByteArray name;     ///< decoded
    QByteArray value;    ///< decoded
};

/// Steps through the fields in order. Empty parts between two `&` are left out.
class FormWalk
{
public:
    explicit FormWalk(QByteArrayView text) : m_rest(text) {}
    std::optional<FormField> next();

private:
    QByteArrayView m_rest;
};

struct FoundField
{
    std::optional<QByteArray> value;  ///< the first one
    bool twice = false;
};

FoundField findField(QByteArrayView text, QByteArrayView name);

/// A change of a form: all fields of that name go, and one field for each value is added at the end.
struct FormEdit
{
    QByteArray name;
    std::vector<QByteArray> values;
};

/// The form with these changes. All other fields stay byte for byte.
QByteArray editForm(QByteArrayView text, const std::vector<FormEdit> &edits);

/// The sorted form that Twilio signs: names in order, each followed by its values in order, without anything
/// between them. Equal pairs count once. Empty when there are more than 1000 fields.
std::optional<QByteArray> sortedForm(QByteArrayView text);

}  // namespace holdline::profile
