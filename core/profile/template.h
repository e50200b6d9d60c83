// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/profile/locator.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QFlags>
#include <QString>
#include <QStringList>
#include <QStringView>

#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace holdline::profile {

/// Contents of the secret files, by the secrets' names. The line end at the end of a file is removed.
using Secrets = std::map<QByteArray, QByteArray>;

/// Returns the part of a secret that is sent in requests: the first line, without white space around the
/// line. Further lines are additional keys to verify callbacks.
QByteArray firstLine(const QByteArray &secret);

/// The values of the names in a template. Owns none of the bytes. An empty value is an error when a template
/// uses it, except `rest`.
struct TemplateValues
{
    QByteArrayView callback{};   ///< the callback's URL at Holdline, with the token
    QByteArrayView upstream{};   ///< the route's upstream URL
    QByteArrayView rest{};       ///< the client's path behind the route's path, with the slash, as received
    QByteArrayView job{};        ///< the job's id at the upstream
    QByteArrayView location{};   ///< the job's URL at the upstream, from StartReading
    QByteArrayView token{};      ///< the callback's token
    QByteArrayView uuid{};       ///< one random UUID per job
    QByteArrayView url{};        ///< the public URL at which the callback came, with its query
    QByteArrayView id{};         ///< the message's id, while a callback is verified
    QByteArrayView timestamp{};  ///< the message's time as written, while a callback is verified
    WallTime now{};
    const Secrets *secrets = nullptr;
    MessageReader *message = nullptr;  ///< the message that locators read
};

/// A text with `{…}`, parsed once and rendered for each message. `{{` and `}}` mean literal braces; inside
/// a function, literal braces must come in pairs.
class Template
{
public:
    /// Kinds of values that a template inserts. Each place in a profile allows only some kinds.
    enum class Use : std::uint16_t {
        Callback = 1 << 0,
        Upstream = 1 << 1,  ///< `{upstream}` or `{rest}`
        Job = 1 << 2,
        Location = 1 << 3,
        Token = 1 << 4,
        Uuid = 1 << 5,
        Now = 1 << 6,
        Secret = 1 << 7,
        Message = 1 << 8,    ///< locators, `{body}`, `{sha256:body}`, `{sorted_form}`
        PublicUrl = 1 << 9,  ///< `{url}`
        Signed = 1 << 10,    ///< `{id}` or `{timestamp}`
    };
    Q_DECLARE_FLAGS(Uses, Use)

    /// Where the rendered text is inserted. The position decides how values are escaped.
    enum class Position : std::uint8_t {
        Plain,   ///< nothing is escaped: the caller quotes the whole text
        Url,     ///< inserted values are percent-encoded, except `{upstream}`, `{rest}` and `{location}`
        Header,  ///< a control character is an error
    };

    Template() = default;

    /// Parses a template. Returns an error text for people when `text` is no template.
    static std::variant<Template, QString> parse(QStringView text);

    /// Returns the text with its values, or an error text for people, which contains no value.
    std::variant<QByteArray, QString> render(const TemplateValues &values, Position position) const;

    Uses uses() const;
    QStringList secretNames() const;
    std::vector<Locator> locators() const;
    /// Returns the locator when the template is only `{body:…}`, otherwise null. JSON then copies the
    /// located value with its type. Valid as long as the template.
    const Locator *loneBodyLocator() const;
    /// True when the template is only `{number:…}`, whose value is a JSON number.
    bool isNumber() const;
    /// True when the template inserts the message's body or its SHA-256. Then different bodies give different
    /// texts.
    bool insertsBody() const;
    /// True when the text begins with `{upstream}` or `{location}`, so that it names no other host.
    bool beginsAtUpstream() const;
    bool isEmpty() const { return m_parts.empty(); }
    /// The text as it was parsed, with its braces. For people.
    const QString &text() const { return m_text; }

private:
    class Parser;
    struct Part;
    using Parts = std::vector<Part>;

    struct Part
    {
        enum class Kind : std::uint8_t {
            Literal,
            Callback,
            Upstream,
            Rest,
            Job,
            Location,
            Token,
            Uuid,
            Url,
            Id,
            Timestamp,
            Body,
            Sha256Body,
            SortedForm,
            Now,
            Secret,
            Locator,
            Base64,
            Percent,
            Number,
        };
        /// How a value is inserted into JSON that is written out in `{base64:…}`.
        enum class Json : std::uint8_t { No, InsideString, Whole };

        Kind kind = Kind::Literal;
        Json json = Json::No;
        QByteArray text;  ///< of a Literal; the format for Now; the secret's name for Secret
        profile::Locator locator;
        Parts inner;  ///< the argument of a function
    };

    static std::variant<QByteArray, QString> renderParts(const Parts &parts, const TemplateValues &values,
                                                         Position position);
    static std::variant<QByteArray, QString> renderPart(const Part &part, const TemplateValues &values);
    template <typename Visit>
    static void visitParts(const Parts &parts, Visit visit);

    Parts m_parts;
    QString m_text;
};

Q_DECLARE_OPERATORS_FOR_FLAGS(Template::Uses)

/// Formats a time in UTC. `format` has yyyy, MM, dd, HH, mm, ss and zzz, or is `unix` (seconds), `unix-ms` or
/// `iso`. Returns nothing when it has any other letter, except T and Z.
std::optional<QByteArray> formatTime(WallTime time, QByteArrayView format);

}  // namespace holdline::profile
