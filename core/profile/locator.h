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
        Path,       ///< `path:` and the number of a segment from 1; from the end with a minus
        Suffix,     ///< `suffix`: what follows the token in a callback's path
        Status,     ///< `status`: the HTTP status of an answer
    };
    Kind kind = Kind::Body;
    QByteArray name;      ///< of the field
    JsonPointer pointer;  ///< Body and Multipart
    int segment = 0;      ///< Path

    bool operator==(const Locator &other) const = default;
};

/// Locators of which the first that finds something counts. Never empty where one is wanted.
using Locators = std::vector<Locator>;

/// Parses a locator. For a wrong text it returns what is wrong with it, for people.
std::variant<Locator, QString> parseLocator(QStringView text);
QString formatLocator(const Locator &locator);
/// "body:/a or header:B"
QString formatLocators(const Locators &locators);

/// What stands at a locator.
struct Located
{
    enum class Kind : std::uint8_t { Missing, Found, Malformed };
    Kind kind = Kind::Missing;
    /// The value as text: a JSON string without escapes, any other JSON value as written.
    QByteArray text;
    /// The value as written, when it is JSON and not null. Points into the message.
    QByteArrayView json{};
    QString error;  ///< for people, when malformed: never contains bytes of the message
    /// True when the message is not of the locator's format at all, e.g. not JSON. Another locator may do.
    bool isOtherFormat = false;

    bool isFound() const { return kind == Kind::Found; }
    bool isMalformed() const { return kind == Kind::Malformed; }
    /// True for a JSON object or array.
    bool isContainer() const { return json.startsWith('{') || json.startsWith('['); }
};

/// Reads values from one message. It checks the body once to its end when it is first read as JSON. A byte
/// order mark before the JSON is ignored (RFC 8259, 8.1). JSON null counts as missing. A member or field that
/// is there twice is malformed. Not thread-safe; the message must outlive it.
class MessageReader
{
public:
    explicit MessageReader(const MessageView &message) : m_message(message) {}

    Located find(const Locator &locator);
    /// The first that is there. A message of another format is malformed only when no locator finds
    /// something.
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
