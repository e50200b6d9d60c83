// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/messagewriter.h"

#include "core/base/ascii.h"
#include "core/json/jsontext.h"

#include <algorithm>

namespace holdline {

using profile::editForm;
using profile::HeaderFields;
using profile::JsonEdit;
using profile::Locator;
using profile::setHeader;
using profile::spliceJson;

namespace {

constexpr auto kBoundary = "holdline-part-5b1f0c7e";

/// True for digits without a leading zero, which JSON reads as a whole number.
bool isNumber(QByteArrayView text)
{
    return !text.isEmpty() && text.size() <= 15 && (text.size() == 1 || text[0] != '0') &&
           std::all_of(text.begin(), text.end(), [](char c) { return isDigit(c); });
}

/// True for a place inside a JSON text.
bool isInJson(const Locator &locator)
{
    using Kind = Locator::Kind;
    return !locator.pointer.empty() && (locator.kind == Kind::Body || locator.kind == Kind::Multipart);
}

QByteArray jsonOf(const std::vector<JsonEdit> &edits)
{
    // Applies the edits one by one, because one edit's place may be inside the value of another edit.
    QByteArray json = "{}";
    for (const JsonEdit &edit : edits) {
        auto filled = spliceJson(json, {edit});
        if (auto *text = std::get_if<QByteArray>(&filled))
            json = std::move(*text);
    }
    return json;
}

}  // namespace

void MessageWriter::set(const Locator &locator, const QByteArray &text)
{
    using Kind = Locator::Kind;
    if (isInJson(locator)) {
        setJson(locator, isNumber(text) ? text : quoteJson(text));
        return;
    }
    switch (locator.kind) {
        case Kind::Body:
            setPlain(text, "text/plain");
            break;
        case Kind::Form:
            m_form = editForm(m_form, {{locator.name, {text}}});
            break;
        case Kind::Query:
            m_query = editForm(m_query, {{locator.name, {text}}});
            break;
        case Kind::Header:
            setHeader(m_headers, locator.name, text);
            break;
        case Kind::Multipart:
            m_parts[locator.name].text = text;
            break;
        case Kind::Path:
        case Kind::Suffix:
        case Kind::Status:
            break;
    }
}

void MessageWriter::setJson(const Locator &locator, const QByteArray &json)
{
    if (!isInJson(locator))
        set(locator, json);
    else if (locator.kind == Locator::Kind::Body)
        m_json.push_back({locator.pointer, json});
    else
        m_parts[locator.name].json.push_back({locator.pointer, json});
}

void MessageWriter::setPlain(const QByteArray &body, const QByteArray &contentType)
{
    m_plain = body;
    m_plainType = contentType;
}

QByteArray MessageWriter::contentType() const
{
    if (!m_parts.empty())
        return QByteArray("multipart/form-data; boundary=") + kBoundary;
    if (!m_form.isEmpty())
        return "application/x-www-form-urlencoded";
    return m_json.empty() ? m_plainType : QByteArray("application/json");
}

QByteArray MessageWriter::body() const
{
    if (!m_parts.empty()) {
        QByteArray body;
        for (const auto &[name, part] : m_parts)
            body += QByteArray("--") + kBoundary + "\r\nContent-Disposition: form-data; name=\"" + name +
                    "\"\r\n\r\n" + (part.json.empty() ? part.text : jsonOf(part.json)) + "\r\n";
        return body + "--" + kBoundary + "--\r\n";
    }
    if (!m_form.isEmpty())
        return m_form;
    return m_json.empty() ? m_plain : jsonOf(m_json);
}

HeaderFields MessageWriter::headers() const
{
    HeaderFields headers;
    if (hasBody())
        headers.emplace_back("Content-Type", contentType());
    headers.insert(headers.end(), m_headers.begin(), m_headers.end());
    return headers;
}

}  // namespace holdline
