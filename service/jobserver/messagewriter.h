// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/formfields.h"
#include "core/profile/jsonsplice.h"
#include "core/profile/locator.h"

#include <QByteArray>

#include <map>
#include <vector>

namespace holdline {

/// Makes a message of values at locators, so that profile::MessageReader finds them there: the other side of
/// an API. The body is multipart, a form, plain text or JSON, by the locators that were set. Not thread-safe.
class MessageWriter
{
public:
    /// Puts a text there. In JSON a text of digits becomes a number. Leaves out paths and statuses, which are
    /// no part of a body or field.
    void set(const profile::Locator &locator, const QByteArray &text);
    /// Puts a JSON value there; in other places its text.
    void setJson(const profile::Locator &locator, const QByteArray &json);
    /// A body that no locator describes, with its Content-Type.
    void setPlain(const QByteArray &body, const QByteArray &contentType);

    bool hasBody() const
    {
        return !m_json.empty() || !m_form.isEmpty() || !m_parts.empty() || !m_plain.isEmpty();
    }
    QByteArray body() const;
    /// Content-Type first, if there is a body.
    profile::HeaderFields headers() const;
    /// Without a question mark.
    const QByteArray &query() const { return m_query; }

private:
    struct Part
    {
        QByteArray text;
        std::vector<profile::JsonEdit> json;  ///< in place of the text
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
