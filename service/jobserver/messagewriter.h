// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/formfields.h"
#include "core/profile/jsonsplice.h"
#include "core/profile/locator.h"

#include <QByteArray>

#include <map>
#include <vector>

namespace holdline {

/// Builds a message of a simulated API from values at locators. profile::MessageReader finds the values at
/// the same locators. The body is multipart, a form, plain text or JSON; the locators decide which. Not
/// thread-safe.
class MessageWriter
{
public:
    /// Writes a text at the locator. In JSON, a text of digits becomes a number. Ignores `path:`, `suffix`
    /// and `status`, which are neither in the body nor in a field.
    void set(const profile::Locator &locator, const QByteArray &text);
    /// Writes a JSON value at the locator. Outside of JSON, writes the value's JSON text.
    void setJson(const profile::Locator &locator, const QByteArray &json);
    /// Sets a body that no locator describes, and its Content-Type.
    void setPlain(const QByteArray &body, const QByteArray &contentType);

    bool hasBody() const
    {
        return !m_json.empty() || !m_form.isEmpty() || !m_parts.empty() || !m_plain.isEmpty();
    }
    QByteArray body() const;
    /// Returns the header fields: Content-Type first, if there is a body.
    profile::HeaderFields headers() const;
    /// Returns the query without the question mark.
    const QByteArray &query() const { return m_query; }

private:
    struct Part
    {
        QByteArray text;
        std::vector<profile::JsonEdit> json;  ///< if not empty, used in place of the text
    };

    QByteArray contentType() const;

    std::vector<profile::JsonEdit> m_json;
    QByteArray m_form;
    std::map<QByteArray, Part> m_parts;
    QByteArray m_plain;
    QByteArray m_plainType;
    profile::HeaderFields m_headers;
    QByteArray m_query;
};

}  // namespace holdline
