// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/formfields.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <set>

namespace holdline::profile {

namespace {

constexpr std::size_t kMaxSortedFields = 1000;

bool isUnreserved(char c)
{
    const bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return isLetter || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void appendField(QByteArray &out, QByteArrayView field)
{
    if (!out.isEmpty())
        out += '&';
    out += field;
}

}  // namespace

QByteArray percentEncode(QByteArrayView text)
{
    static constexpr char kHex[] = "0123456789ABCDEF";
    QByteArray out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (isUnreserved(c))
            out += c;
        else
            out.append('%').append(kHex[byte >> 4]).append(kHex[byte & 0xF]);
    }
    return out;
}

QByteArray percentDecode(QByteArrayView text, bool plusIsSpace)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const int high = c == '%' && i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
        const int low = high >= 0 ? hexValue(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += c == '+' && plusIsSpace ? ' ' : c;
        }
    }
    return out;
}

std::optional<FormField> FormWalk::next()
{
    while (!m_rest.isEmpty()) {
        const qsizetype end = m_rest.indexOf('&');
        const QByteArrayView raw = end < 0 ? m_rest : m_rest.first(end);
        m_rest = end < 0 ? QByteArrayView() : m_rest.sliced(end + 1);
        if (raw.isEmpty())
            continue;
        const qsizetype equals = raw.indexOf('=');
        const QByteArrayView name = equals < 0 ? raw : raw.first(equals);
        const QByteArrayView value = equals < 0 ? QByteArrayView() : raw.sliced(equals + 1);
        return FormField{raw, percentDecode(name, true), percentDecode(value, true)};
    }
    return std::nullopt;
}

FoundField findField(QByteArrayView text, QByteArrayView name)
{
    FoundField found;
    FormWalk walk(text);
    while (auto field = walk.next()) {
        if (field->name != name)
            continue;
        if (found.value)
            found.twice = true;
        else
            found.value = field->value;
    }
    return found;
}

QByteArray editForm(QByteArrayView text, const std::vector<FormEdit> &edits)
{
    if (edits.empty())
        return text.toByteArray();
    QByteArray out;
    out.reserve(text.size());
    FormWalk walk(text);
    while (const auto field = walk.next()) {
        const bool isEdited = std::any_of(
            edits.begin(), edits.end(), [&field](const FormEdit &edit) { return edit.name == field->name; });
        if (!isEdited)
            appendField(out, field->raw);
    }
    for (const FormEdit &edit : edits) {
        for (const QByteArray &value : edit.values)
            appendField(out, percentEncode(edit.name) + '=' + percentEncode(value));
    }
    return out;
}

std::optional<QByteArray> sortedForm(QByteArrayView text)
{
    std::set<std::pair<QByteArray, QByteArray>> fields;
    std::size_t count = 0;
    FormWalk walk(text);
    while (auto field = walk.next()) {
        if (++count > kMaxSortedFields)
            return std::nullopt;
        fields.emplace(std::move(field->name), std::move(field->value));
    }
    QByteArray out;
    for (const auto &[name, value] : fields)
        out += name + value;
    return out;
}

}  // namespace holdline::profile
