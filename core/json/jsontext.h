// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <functional>
#include <variant>

namespace holdline {

/// A strict reader of JSON text (RFC 8259) that says where things stand instead of building values, so that
/// what Holdline does not know can travel on byte for byte: `1e400` and 30-digit integers are never rounded,
/// members are never sorted.
///
/// Why not a library: QJsonDocument takes invalid texts and rounds numbers; simdjson's DOM refuses the
/// numbers that must pass, its On-Demand front does not check what it skips, and both differ between versions
/// in what they say to lone surrogates. The tests compare this reader with simdjson on mutated texts instead.

enum class JsonType { Object, Array, String, Number, True, False, Null };

QString jsonTypeName(JsonType type);  ///< "an object", "a number", "null": for texts for people

/// One member of the outermost object. Views into the text that was scanned.
struct JsonMember
{
    /// Everything between the brace or comma before it and the comma or brace after it, whitespace included.
    QByteArrayView chunk;
    QByteArrayView key;    ///< as written: quotes and escapes
    QByteArrayView value;  ///< as written, without the whitespace around it
    JsonType type = JsonType::Null;
};

struct JsonError
{
    qsizetype offset =
        0;         ///< of the byte that is wrong, counted from 0; the text's size when it ends too early
    QString text;  ///< for people; never holds bytes of the input

    QString toString() const { return QStringLiteral("at byte %1: %2").arg(offset).arg(text); }
};

/// More levels of arrays and objects than this are refused, which bounds the stack that scanning needs.
inline constexpr int kMaxJsonDepth = 512;

using JsonMemberVisitor = std::function<void(const JsonMember &)>;

/// Reads `text` to its last byte: exactly one value, valid UTF-8, no lone surrogates, no byte order mark, at
/// most kMaxJsonDepth levels. Returns what the value is. When it is an object, `onMember` has been called for
/// each of its members in their order; the calls made before an error is found are void, so act on them only
/// after success. O(size) in time, no allocation. Thread-safe.
std::variant<JsonType, JsonError> scanJson(QByteArrayView text, const JsonMemberVisitor &onMember = {});

/// The UTF-8 a string of scanned text stands for. `literal` includes its quotes and must have passed
/// scanJson().
QByteArray unescapeJson(QByteArrayView literal);

/// Whether that is `text`.
bool isJsonString(QByteArrayView literal, QByteArrayView text);

/// `text` (valid UTF-8) as a JSON string with its quotes; control characters become escapes.
QByteArray quoteJson(QByteArrayView text);

}  // namespace holdline
