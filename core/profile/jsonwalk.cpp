// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/jsonwalk.h"

#include "core/base/ascii.h"

#include <QByteArrayList>

#include <algorithm>

namespace holdline::profile {

namespace {

constexpr std::size_t kMaxSegments = 32;

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Returns the position after the string that begins at `at`.
qsizetype endOfString(QByteArrayView text, qsizetype at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\')
            ++at;
    }
    return std::min(at + 1, text.size());
}

/// Returns the position after the value that begins at `at`. Counts brackets, so that nested values need no
/// recursion.
qsizetype endOfValue(QByteArrayView text, qsizetype at)
{
    qsizetype depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = endOfString(text, at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
            continue;
        } else if (c == '}' || c == ']') {
            --depth;
            ++at;
        } else if (depth > 0) {
            ++at;
            continue;
        } else {
            while (at < text.size() && !isSpace(text[at]) && !QByteArrayView(",]}").contains(text[at]))
                ++at;
        }
        if (depth <= 0)
            return at;
    }
    return at;
}

/// Returns the element at `index`, or a null view.
QByteArrayView elementAt(QByteArrayView array, qsizetype index)
{
    JsonWalk walk(array);
    while (const auto item = walk.next()) {
        if (index-- == 0)
            return item->value;
    }
    return {};
}

FoundJson memberOf(QByteArrayView object, QByteArrayView name)
{
    FoundJson found;
    JsonWalk walk(object);
    while (const auto item = walk.next()) {
        if (!isJsonString(item->key, name))
            continue;
        found.twice = found.twice || !found.value.isNull();
        found.value = item->value;
    }
    return found;
}

}  // namespace

JsonWalk::JsonWalk(QByteArrayView container) : m_text(container)
{
    m_isObject = container.startsWith('{');
    m_at = m_isObject || container.startsWith('[') ? 1 : container.size();
}

std::optional<JsonItem> JsonWalk::next()
{
    skipSpace();
    if (m_at < m_text.size() && m_text[m_at] == ',') {
        ++m_at;
        skipSpace();
    }
    if (m_at >= m_text.size() || m_text[m_at] == '}' || m_text[m_at] == ']')
        return std::nullopt;
    JsonItem item;
    if (m_isObject) {
        item.key = takeValue();
        skipSpace();
        ++m_at;  // the colon
        skipSpace();
    }
    item.value = takeValue();
    return item;
}

void JsonWalk::skipSpace()
{
    while (m_at < m_text.size() && isSpace(m_text[m_at]))
        ++m_at;
}

QByteArrayView JsonWalk::takeValue()
{
    const qsizetype start = m_at;
    m_at = endOfValue(m_text, m_at);
    return m_text.sliced(start, m_at - start);
}

JsonType jsonTypeOf(QByteArrayView value)
{
    switch (value.isEmpty() ? 'n' : value.front()) {
        case '{':
            return JsonType::Object;
        case '[':
            return JsonType::Array;
        case '"':
            return JsonType::String;
        case 't':
            return JsonType::True;
        case 'f':
            return JsonType::False;
        case 'n':
            return JsonType::Null;
        default:
            return JsonType::Number;
    }
}

std::optional<JsonPointer> parseJsonPointer(QByteArrayView text)
{
    JsonPointer pointer;
    if (text.isEmpty())
        return pointer;
    if (text.front() != '/')
        return std::nullopt;
    for (const QByteArray &part : text.sliced(1).toByteArray().split('/')) {
        QByteArray segment;
        for (qsizetype i = 0; i < part.size(); ++i) {
            if (part[i] != '~') {
                segment += part[i];
                continue;
            }
            const char escaped = ++i < part.size() ? part[i] : '\0';
            if (escaped != '0' && escaped != '1')
                return std::nullopt;
            segment += escaped == '0' ? '~' : '/';
        }
        pointer.push_back(segment);
        if (pointer.size() > kMaxSegments)
            return std::nullopt;
    }
    return pointer;
}

QByteArray formatJsonPointer(const JsonPointer &pointer)
{
    QByteArray text;
    for (QByteArray segment : pointer)
        text += '/' + segment.replace("~", "~0").replace("/", "~1");
    return text;
}

std::optional<qsizetype> arrayIndex(QByteArrayView segment)
{
    const bool isNumber = !segment.isEmpty() && segment.size() <= 9 &&
                          std::all_of(segment.begin(), segment.end(), [](char c) { return isDigit(c); });
    if (!isNumber || (segment.size() > 1 && segment.front() == '0'))
        return std::nullopt;
    return segment.toByteArray().toLongLong();
}

FoundJson findJson(QByteArrayView text, const JsonPointer &pointer)
{
    FoundJson found{text.trimmed()};
    for (const QByteArray &segment : pointer) {
        const bool twice = found.twice;
        if (found.value.startsWith('{')) {
            found = memberOf(found.value, segment);
        } else {
            const auto index = arrayIndex(segment);
            found.value =
                index && found.value.startsWith('[') ? elementAt(found.value, *index) : QByteArrayView();
        }
        found.twice = found.twice || twice;
        if (found.value.isNull())
            break;
    }
    return found;
}

QByteArray memberText(QByteArrayView object, const char *name)
{
    const FoundJson found = findJson(object, {name});
    const bool isString = !found.twice && found.value.startsWith('"');
    return isString ? unescapeJson(found.value) : QByteArray();
}

}  // namespace holdline::profile
