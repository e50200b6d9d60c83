// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/locator.h"

#include "core/base/enumtable.h"
#include "core/profile/formfields.h"
#include "core/profile/multipart.h"

#include <QByteArrayList>
#include <QStringList>

#include <optional>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxLocator = 512;
constexpr int kMaxSegment = 64;

constexpr EnumTexts<Locator::Kind, 8> kNames({
    {Locator::Kind::Body, "body"_L1},
    {Locator::Kind::Form, "form"_L1},
    {Locator::Kind::Query, "query"_L1},
    {Locator::Kind::Header, "header"_L1},
    {Locator::Kind::Multipart, "multipart"_L1},
    {Locator::Kind::Path, "path"_L1},
    {Locator::Kind::Suffix, "suffix"_L1},
    {Locator::Kind::Status, "status"_L1},
});

std::optional<Locator::Kind> kindOf(QStringView name)
{
    for (const auto kind :
         {Locator::Kind::Body, Locator::Kind::Form, Locator::Kind::Query, Locator::Kind::Header,
          Locator::Kind::Multipart, Locator::Kind::Path, Locator::Kind::Suffix, Locator::Kind::Status}) {
        if (kNames[kind] == name)
            return kind;
    }
    return std::nullopt;
}

/// Reads the text behind the locator's colon. Returns an error text for people, empty on success.
QString readDetail(Locator &locator, const QByteArray &detail)
{
    using Kind = Locator::Kind;
    switch (locator.kind) {
        case Kind::Body:
        case Kind::Multipart: {
            const qsizetype slash = locator.kind == Kind::Body ? 0 : detail.indexOf('/');
            locator.name = slash < 0 ? detail : detail.first(slash);
            const auto pointer =
                parseJsonPointer(slash < 0 ? QByteArrayView() : QByteArrayView(detail).sliced(slash));
            if (!pointer)
                return u"a JSON pointer begins with a slash, has at most 32 parts, and a tilde in it is ~0, "
                       "such as body:/data/id"_s;
            locator.pointer = *pointer;
            if (locator.kind == Kind::Multipart && locator.name.isEmpty())
                return u"the name of a field is wanted, such as multipart:json/event/id"_s;
            return {};
        }
        case Kind::Header:
            locator.name = detail;
            return http::isToken(detail) ? QString()
                                         : u"the name of a header field is wanted, such as header:X-Id"_s;
        case Kind::Form:
        case Kind::Query:
            locator.name = detail;
            return detail.isEmpty()
                       ? u"the name of a field is wanted, such as %1:id"_s.arg(kNames[locator.kind])
                       : QString();
        case Kind::Path: {
            bool isNumber = false;
            locator.segment = detail.toInt(&isNumber);
            const bool isFine = isNumber && locator.segment != 0 && std::abs(locator.segment) <= kMaxSegment;
            return isFine ? QString()
                          : u"the number of a segment is wanted, such as path:2, or path:-1 for the last"_s;
        }
        case Kind::Suffix:
        case Kind::Status:
            break;
    }
    return {};
}

Located missing()
{
    return {};
}

Located malformed(const QString &error)
{
    Located located;
    located.kind = Located::Kind::Malformed;
    located.error = error;
    return located;
}

Located otherFormat(const QString &error)
{
    Located located = malformed(error);
    located.isOtherFormat = true;
    return located;
}

Located foundText(const QByteArray &text)
{
    Located located;
    located.kind = Located::Kind::Found;
    located.text = text;
    return located;
}

Located foundField(const FoundField &field, const Locator &locator)
{
    if (field.twice)
        return malformed(u"%1 is there more than once"_s.arg(formatLocator(locator)));
    return field.value ? foundText(*field.value) : missing();
}

/// Finds the value at a pointer in a valid JSON text.
Located foundJson(QByteArrayView json, const JsonPointer &pointer)
{
    const FoundJson found = findJson(json, pointer);
    if (found.twice) {
        return malformed(u"a member on the way to %1 is there more than once"_s.arg(
            QString::fromUtf8(formatJsonPointer(pointer))));
    }
    if (found.value.isNull() || jsonTypeOf(found.value) == JsonType::Null)
        return missing();
    Located located;
    located.kind = Located::Kind::Found;
    located.json = found.value;
    located.text =
        jsonTypeOf(found.value) == JsonType::String ? unescapeJson(found.value) : found.value.toByteArray();
    return located;
}

}  // namespace

std::variant<Locator, QString> parseLocator(QStringView text)
{
    if (text.size() > kMaxLocator)
        return u"a locator has at most %1 characters"_s.arg(kMaxLocator);
    const qsizetype colon = text.indexOf(u':');
    const QStringView name = colon < 0 ? text : text.first(colon);
    const auto kind = kindOf(name);
    const bool isBare = kind == Locator::Kind::Suffix || kind == Locator::Kind::Status;
    if (!kind || isBare != (colon < 0)) {
        return u"a locator is wanted: body:/pointer, form:name, query:name, header:Name, "
               "multipart:field/pointer, path:number, suffix or status"_s;
    }
    Locator locator;
    locator.kind = *kind;
    if (const QString error = readDetail(locator, text.sliced(colon + 1).toUtf8());
        !error.isEmpty() && !isBare)
        return error;
    return locator;
}

QString formatLocator(const Locator &locator)
{
    QString text = kNames[locator.kind];
    switch (locator.kind) {
        case Locator::Kind::Suffix:
        case Locator::Kind::Status:
            return text;
        case Locator::Kind::Path:
            return text + u':' + QString::number(locator.segment);
        default:
            return text + u':' + QString::fromUtf8(locator.name + formatJsonPointer(locator.pointer));
    }
}

QString formatLocators(const Locators &locators)
{
    QStringList texts;
    for (const Locator &locator : locators)
        texts += formatLocator(locator);
    return texts.join(u" or "_s);
}

Located MessageReader::find(const Locator &locator)
{
    switch (locator.kind) {
        case Locator::Kind::Body:
            return findInBody(locator.pointer);
        case Locator::Kind::Form:
            return foundField(findField(m_message.body, locator.name), locator);
        case Locator::Kind::Query:
            return foundField(findField(m_message.query, locator.name), locator);
        case Locator::Kind::Header:
            return findInHead(locator);
        case Locator::Kind::Multipart:
            return findInPart(locator);
        case Locator::Kind::Path:
            return findInPath(locator.segment);
        case Locator::Kind::Suffix:
            return m_message.suffix.isEmpty() ? missing() : foundText(percentDecode(m_message.suffix, false));
        case Locator::Kind::Status:
            return m_message.status == 0 ? missing() : foundText(QByteArray::number(m_message.status));
    }
    return missing();
}

Located MessageReader::find(const Locators &locators)
{
    Located unreadable;
    for (const Locator &locator : locators) {
        Located located = find(locator);
        if (located.isOtherFormat)
            unreadable = located;
        else if (located.kind != Located::Kind::Missing)
            return located;
    }
    return unreadable;
}

Located MessageReader::findInBody(const JsonPointer &pointer)
{
    if (!m_isChecked) {
        m_isChecked = true;
        m_json = m_message.body.startsWith("\xEF\xBB\xBF") ? m_message.body.sliced(3) : m_message.body;
        const auto scanned = scanJson(m_json);
        if (const auto *error = std::get_if<JsonError>(&scanned))
            m_jsonError = u"not JSON, "_s + error->toString();
    }
    return m_jsonError.isEmpty() ? foundJson(m_json, pointer) : otherFormat(m_jsonError);
}

Located MessageReader::findInHead(const Locator &locator) const
{
    FoundField found;
    for (const HeaderField &field : m_message.headers) {
        if (!equalsIgnoreCase(field.first, locator.name))
            continue;
        found.twice = found.value.has_value();
        found.value = field.second;
        if (found.twice)
            break;
    }
    return foundField(found, locator);
}

Located MessageReader::findInPart(const Locator &locator)
{
    const auto type = headerValue(m_message.headers, "Content-Type");
    const FoundPart part = findPart(type.value_or(QByteArrayView()), m_message.body, locator.name);
    if (part.isMalformed)
        return otherFormat(u"not multipart/form-data, or cut off"_s);
    if (part.twice)
        return malformed(u"%1 is there more than once"_s.arg(formatLocator(locator)));
    if (!part.content)
        return missing();
    const auto scanned = scanJson(*part.content);
    if (std::holds_alternative<JsonType>(scanned))
        return foundJson(*part.content, locator.pointer);
    // Without a pointer, the field's content may be any text.
    if (locator.pointer.empty())
        return foundText(part.content->toByteArray());
    return malformed(u"the content of %1 is not JSON, "_s.arg(formatLocator(locator)) +
                     std::get<JsonError>(scanned).toString());
}

Located MessageReader::findInPath(int segment) const
{
    auto segments = m_message.path.toByteArray().split('/');
    // A slash at the end of the path does not make another, empty segment.
    if (segments.size() > 2 && segments.back().isEmpty())
        segments.removeLast();
    // The path begins with a slash, so that segment 1 is element 1.
    const qsizetype index = segment > 0 ? segment : segments.size() + segment;
    if (index < 1 || index >= segments.size() || segments[index].isEmpty())
        return missing();
    return foundText(percentDecode(segments[index], false));
}

}  // namespace holdline::profile
