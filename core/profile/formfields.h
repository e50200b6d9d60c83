// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <utility>
#include <vector>

namespace holdline::profile {

/// Functions for `application/x-www-form-urlencoded` texts: form bodies and queries.

/// Percent-encodes every byte except unreserved characters (RFC 3986, 2.3). A space becomes `%20`.
QByteArray percentEncode(QByteArrayView text);
/// Decodes percent escapes. Invalid escapes stay as they are. With `plusIsSpace` a plus becomes a space, as
/// in forms and queries.
QByteArray percentDecode(QByteArrayView text, bool plusIsSpace);

struct FormField
{
    QByteArrayView raw;  ///< `name=value` as written
    QByteArray name;     ///< decoded
    QByteArray value;    ///< decoded
};

/// Reads the fields of a form one after the other. Skips empty parts between two `&`. The form's bytes must
/// outlive the object.
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
    std::optional<QByteArray> value;  ///< of the first field with the name
    bool twice = false;
};

FoundField findField(QByteArrayView text, QByteArrayView name);

/// A change of a form: all fields called `name` are removed, and one field for each value is added at the
/// end.
struct FormEdit
{
    QByteArray name;
    std::vector<QByteArray> values;
};

/// Returns the form with the edits applied. All other fields stay byte for byte.
QByteArray editForm(QByteArrayView text, const std::vector<FormEdit> &edits);

/// Returns the text that Twilio signs for a form: all decoded names, each followed by its value, without
/// separators. The pairs are sorted by name, then value; equal pairs count once. Returns nothing for more
/// than 1000 fields.
std::optional<QByteArray> sortedForm(QByteArrayView text);

}  // namespace holdline::profile
