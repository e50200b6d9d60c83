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

/// Contents of secret files, without the line end, by their names.
using Secrets = std::map<QByteArray, QByteArray>;

/// The secret that requests carry: the first line of its file, without white space around it. Further lines
/// are other keys of callbacks.
QByteArray firstLine(const QByteArray &secret);

/// What the names in a template stand for. It owns nothing. An empty value cannot be inserted, except `rest`.
struct TemplateValues
{
    QByteArrayView callback{};   ///< our callback's address with its token
    QByteArrayView upstream{};   ///< the route's upstream URL
    QByteArrayView rest{};       ///< the client's path behind the route's, with its slash, as received
    QByteArrayView job{};        ///< the job's id at the upstream
    QByteArrayView location{};   ///< the job's address at the upstream, from StartReading
    QByteArrayView token{};      ///< the callback's token
    QByteArrayView uuid{};       ///< one random UUID per job
    QByteArrayView url{};        ///< our public URL of a callback, with its query
    QByteArrayView id{};         ///< the message's id, while a callback is verified
    QByteArrayView timestamp{};  ///< the message's time as written, while a callback is verified
    WallTime now{};
    const Secrets *secrets = nullptr;
    MessageReader *message = nullptr;  ///< where locators read
};

/// Text with `{…}`. It is parsed once and rendered for each message. `{{` and `}}` stand for braces;
/// inside of a function they come in pairs.
class Template
{
public:
    /// What a template inserts. Each place of a profile allows some of it.
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

    /// Where the text goes. It decides how inserted values are escaped.
    enum class Position : std::uint8_t {
        Plain,   ///< nothing is escaped: the caller quotes the whole
        Url,     ///< inserted values are percent-encoded, except `{upstream}`, `{rest}` and `{location}`
        Header,  ///< a control character is an error
    };

    Template() = default;

    /// For a wrong text it returns what is wrong, for people.
    static std::variant<Template, QString> parse(QStringView text);

    /// The text with its values, or an error for people that contains no value.
    std::variant<QByteArray, QString> render(const TemplateValues &values, Position position) const;

    Uses uses() const;
    QStringList secretNames() const;
    std::vector<Locator> locators() const;
    /// The locator when the template is `{body:…}` and nothing else. Then JSON copies the value with its
    /// type.
    const Locator *loneBodyLocator() const;
    /// True when the template is `{number:…}` and nothing else. Then the value is a JSON number.
    bool isNumber() const;
    /// True when the body is inserted, or its SHA-256. Then the text of two different bodies differs.
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
        /// How a value is inserted into JSON that the template writes itself.
        enum class Json : std::uint8_t { No, InsideString, Whole };

        Kind kind = Kind::Literal;
        Json json = Json::No;
        QByteArray text;  ///< the literal, the format of a time, the name of a secret
        profile::Locator locator;
        Parts inner;  ///< of a function
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

/// The time in UTC by a format of yyyy, MM, dd, HH, mm, ss and zzz, or `unix` (seconds), `unix-ms` or `iso`.
/// Any other letter is an error: empty.
std::optional<QByteArray> formatTime(WallTime time, QByteArrayView format);

}  // namespace holdline::profile
