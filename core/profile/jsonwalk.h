// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json/jsontext.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace holdline::profile {

/// One member of an object or one element of an array. The views point into the text.
struct JsonItem
{
    QByteArrayView key;    ///< as written, with quotes and escapes; empty in an array
    QByteArrayView value;  ///< as written, without white space around it
};

/// Reads the items of a JSON object or array one after the other, without building values. The text must have
/// passed scanJson(), because JsonWalk does not check its syntax. Reading all items takes O(size) time.
class JsonWalk
{
public:
    /// `container` begins with its bracket. Any other value has no items.
    explicit JsonWalk(QByteArrayView container);
    std::optional<JsonItem> next();

private:
    void skipSpace();
    QByteArrayView takeValue();

    QByteArrayView m_text;
    qsizetype m_at = 0;
    bool m_isObject = false;
};

/// Returns the type of a valid JSON value, from its first byte.
JsonType jsonTypeOf(QByteArrayView value);

/// The segments of a JSON pointer (RFC 6901) without escapes. An empty list names the whole text.
using JsonPointer = std::vector<QByteArray>;

/// Parses a JSON pointer. Returns nothing when `text` is no pointer or has more than 32 segments.
std::optional<JsonPointer> parseJsonPointer(QByteArrayView text);
QByteArray formatJsonPointer(const JsonPointer &pointer);
/// Parses a pointer's segment as the index of an array's element: 1 to 9 digits without leading zeros (RFC
/// 6901, section 4). Returns nothing for any other segment.
std::optional<qsizetype> arrayIndex(QByteArrayView segment);

struct FoundJson
{
    QByteArrayView value{};  ///< a null view when the text has no value at the pointer
    bool twice = false;      ///< a member that the pointer names occurs more than once
};

/// Finds the value at `pointer` in a valid JSON text.
FoundJson findJson(QByteArrayView text, const JsonPointer &pointer);

/// Returns the string value of a member of a valid JSON object, without escapes. Empty when the member is
/// missing, occurs twice or is no string.
QByteArray memberText(QByteArrayView object, const char *name);

}  // namespace holdline::profile
