// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <functional>
#include <variant>

namespace holdline {

// A strict scanner of JSON text (RFC 8259). It reports the positions of members instead of building values.
// So Holdline can send members that it does not know byte for byte: `1e400` and 30-digit integers are never
// rounded, and members are never sorted.
//
// Existing parsers do not fit. QJsonDocument accepts invalid texts and rounds numbers. The DOM of simdjson
// refuses numbers that Holdline must pass on, and its On-Demand API does not check values that are skipped.
// These two parsers also treat lone surrogates differently from version to version. The tests compare this
// scanner with simdjson on mutated texts.

enum class JsonType { Object, Array, String, Number, True, False, Null };

QString jsonTypeName(JsonType type);  ///< "an object", "a number", "null", for messages

/// One member of the outermost object. The views point into the scanned text.
struct JsonMember
{
    /// The member with the white space around it: all bytes between the brace or comma before it and the
    /// comma or brace after it.
    QByteArrayView chunk;
    QByteArrayView key;    ///< name as in the text, with quotes and escapes
    QByteArrayView value;  ///< value as in the text, without white space around it
    JsonType type = JsonType::Null;
};

struct JsonError
{
    qsizetype offset = 0;  ///< of the wrong byte, from 0; the size of the text when the text ends too early
    QString text;          ///< for people; never contains bytes of the input

    QString toString() const { return QStringLiteral("at byte %1: %2").arg(offset).arg(text); }
};

/// The deepest allowed nesting of arrays and objects. The limit bounds the stack that scanJson() needs.
inline constexpr int kMaxJsonDepth = 512;

using JsonMemberVisitor = std::function<void(const JsonMember &)>;

/// Checks that `text` is exactly one JSON value in valid UTF-8, without lone surrogates, without a byte order
/// mark and with at most kMaxJsonDepth levels. Returns the type of the value, or the first error. For an
/// object it calls `onMember` for each member of the outermost object, in order. `onMember` may be called
/// before a later error is found, so use what it collected only after success. Takes O(size) time and
/// allocates no memory. Thread-safe.
std::variant<JsonType, JsonError> scanJson(QByteArrayView text, const JsonMemberVisitor &onMember = {});

/// Returns the text without a byte order mark at its beginning. A reader of JSON may ignore this mark (RFC
/// 8259, section 8.1).
QByteArrayView withoutByteOrderMark(QByteArrayView text);

/// The UTF-8 text of a JSON string. `literal` includes its quotes and must have passed scanJson().
QByteArray unescapeJson(QByteArrayView literal);

/// Returns whether `unescapeJson(literal)` equals `text`, usually without a copy.
bool isJsonString(QByteArrayView literal, QByteArrayView text);

/// Returns `text` (valid UTF-8) as a JSON string with quotes. Escapes quotes, backslashes and control
/// characters.
QByteArray quoteJson(QByteArrayView text);

}  // namespace holdline
