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

/// Steps through an object or array without building values. The text must have passed scanJson(): nothing is
/// checked again. All steps together take O(size) time.
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

/// The type of a valid value, by its first byte.
JsonType jsonTypeOf(QByteArrayView value);

/// The segments of a JSON pointer (RFC 6901) without escapes. An empty list names the whole text.
using JsonPointer = std::vector<QByteArray>;

/// Empty for a text that is no pointer, or has more than 32 segments.
std::optional<JsonPointer> parseJsonPointer(QByteArrayView text);
QByteArray formatJsonPointer(const JsonPointer &pointer);
/// The index of an array's element: digits without leading zeros (RFC 6901, section 4).
std::optional<qsizetype> arrayIndex(QByteArrayView segment);

struct FoundJson
{
    QByteArrayView value{};  ///< null when the pointer leads nowhere
    bool twice = false;      ///< a member on the way is there more than once
};

/// Follows `pointer` through a valid JSON text.
FoundJson findJson(QByteArrayView text, const JsonPointer &pointer);

/// The text of a member of a valid JSON object. Empty when it is missing, there twice or no string.
QByteArray memberText(QByteArrayView object, const char *name);

}  // namespace holdline::profile
