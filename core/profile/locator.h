// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jsonwalk.h"
#include "core/profile/messageview.h"

#include <QByteArray>
#include <QString>
#include <QStringView>

#include <cstdint>
#include <variant>
#include <vector>

namespace holdline::profile {

/// Where a value stands in a message, e.g. `body:/data/id` or `header:X-Call-Id`.
struct Locator
{
    enum class Kind : std::uint8_t {
        Body,       ///< `body:` and a JSON pointer (RFC 6901)
        Form,       ///< `form:` and the name of a field of a form body
        Query,      ///< `query:` and the name of a field of the query
        Header,     ///< `header:` and the name of a header field
        Multipart,  ///< `multipart:` and the name of a field, then perhaps a JSON pointer into its content
        Path,       ///< `path:` and the number of a segment, from 1; a negative number counts from the end
        Suffix,     ///< `suffix`: what follows the token in a callback's path
        Status,     ///< `status`: the HTTP status of an answer
    };
    Kind kind = Kind::Body;
    QByteArray name;      ///< the field's name; empty for Body and for locators without a field
    JsonPointer pointer;  ///< for Body and Multipart
    int segment = 0;      ///< for Path: the number of the segment

    bool operator==(const Locator &other) const = default;
};

/// Places where a message may have one value: the first locator that finds a value counts. Empty when a
/// profile's optional field is not set.
using Locators = std::vector<Locator>;

/// Parses a locator. Returns an error text for people when `text` is no locator.
std::variant<Locator, QString> parseLocator(QStringView text);
QString formatLocator(const Locator &locator);
/// Returns the locators for people, such as "body:/a or header:B".
QString formatLocators(const Locators &locators);

/// What a message has at a locator.
struct Located
{
    enum class Kind : std::uint8_t { Missing, Found, Malformed };
    Kind kind = Kind::Missing;
    /// The value as text: a JSON string without escapes, any other JSON value as written.
    QByteArray text;
    /// The value as written, when the value is part of a JSON text; otherwise a null view. Points into the
    /// message.
    QByteArrayView json{};
    QString error;  ///< for people, when malformed: never contains bytes of the message
    /// True when the whole message has another format than the locator needs, e.g. it is not JSON. A locator
    /// of another kind may still find a value.
    bool isOtherFormat = false;

    bool isFound() const { return kind == Kind::Found; }
    bool isMalformed() const { return kind == Kind::Malformed; }
    /// True for a JSON object or array.
    bool isContainer() const { return json.startsWith('{') || json.startsWith('['); }
};

/// Reads values from one message. The first `body:` locator makes it check the whole body's JSON syntax,
/// once. A byte order mark before the JSON is ignored (RFC 8259, 8.1). JSON null counts as missing. A member
/// or form field that occurs twice is malformed. Not thread-safe. The message's bytes must outlive the
/// reader.
class MessageReader
{
public:
    explicit MessageReader(const MessageView &message) : m_message(message) {}

    Located find(const Locator &locator);
    /// Returns the first value found, or the first error. An `isOtherFormat` error is returned only when no
    /// other locator finds a value.
    Located find(const Locators &locators);
    const MessageView &message() const { return m_message; }

private:
    Located findInBody(const JsonPointer &pointer);
    Located findInHead(const Locator &locator) const;
    Located findInPart(const Locator &locator);
    Located findInPath(int segment) const;

    const MessageView m_message;
    bool m_isChecked = false;
    QString m_jsonError;    ///< why the body is not JSON
    QByteArrayView m_json;  ///< the body without its byte order mark
};

}  // namespace holdline::profile
