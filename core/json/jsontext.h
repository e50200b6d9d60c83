// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <functional>
#include <variant>

namespace holdline {

/// A strict scanner of JSON text (RFC 8259). It reports where members stand instead of building values.
/// So members that Holdline does not know can travel on byte for byte: `1e400` and 30-digit integers are
/// never rounded, and members are never sorted.
///
/// Why the scanner is ours: QJsonDocument accepts invalid texts and rounds numbers. The DOM of simdjson
/// refuses numbers that must travel on, and its On-Demand API does not check values that it skips. The
/// two also treat lone surrogates differently from version to version. The tests compare this scanner
/// with simdjson on mutated texts.

enum class JsonType { Object, Array, String, Number, True, False, Null };

QString jsonTypeName(JsonType type);  ///< "an object", "a number", "null", for messages

/// One member of the outermost object. The views point into the scanned text.
struct JsonMember
{
    /// Everything between the brace or comma before the member and the comma or brace after it, with
    /// white space.
    QByteArrayView chunk;
    QByteArrayView key;    ///< as written, with quotes and escapes
    QByteArrayView value;  ///< as written, without white space around it
    JsonType type = JsonType::Null;
};

struct JsonError
{
    qsizetype offset = 0;  ///< offset of the wrong byte; the size of the text when it ends too early
    QString text;          ///< for people; never contains bytes of the input

    QString toString() const { return QStringLiteral("at byte %1: %2").arg(offset).arg(text); }
};

/// The deepest allowed nesting of arrays and objects. It bounds the stack that scanning needs.
inline constexpr int kMaxJsonDepth = 512;

using JsonMemberVisitor = std::function<void(const JsonMember &)>;

/// Scans `text` to its last byte. Accepts exactly one value in valid UTF-8, without lone surrogates,
/// without a byte order mark, and with at most kMaxJsonDepth levels. Returns the type of the value. For
/// an object it calls `onMember` for each member in order. Calls before an error are void, so act on them
/// only after success. Takes O(size) time and allocates nothing. Thread-safe.
std::variant<JsonType, JsonError> scanJson(QByteArrayView text, const JsonMemberVisitor &onMember = {});

/// Returns the text behind a byte order mark, or the whole text without one. A reader may ignore the mark
/// (RFC 8259, section 8.1).
QByteArrayView withoutByteOrderMark(QByteArrayView text);

/// The UTF-8 text of a JSON string. `literal` includes its quotes and must have passed scanJson().
QByteArray unescapeJson(QByteArrayView literal);

/// True when that text equals `text`.
bool isJsonString(QByteArrayView literal, QByteArrayView text);

/// Writes `text` (valid UTF-8) as a JSON string with quotes. Control characters become escapes.
QByteArray quoteJson(QByteArrayView text);

}  // namespace holdline
