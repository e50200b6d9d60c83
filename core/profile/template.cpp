// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/template.h"

#include "core/config/suggest.h"
#include "core/profile/formfields.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QTimeZone>

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxText = 4096;
constexpr std::size_t kMaxParts = 64;
constexpr int kMaxDepth = 4;

}  // namespace

QByteArray firstLine(const QByteArray &secret)
{
    const qsizetype end = secret.indexOf('\n');
    return (end < 0 ? secret : secret.first(end)).trimmed();
}

class Template::Parser
{
public:
    explicit Parser(QStringView text) : m_text(text) {}

    std::variant<Template, QString> run()
    {
        if (m_text.size() > kMaxText)
            return u"a text has at most %1 characters"_s.arg(kMaxText);
        Template result;
        if (!parts(result.m_parts, 0))
            return m_error;
        if (m_at < m_text.size())
            return u"a closing brace without its opening one; }} stands for a brace"_s;
        result.m_text = m_text.toString();
        return result;
    }

private:
    using Kind = Part::Kind;

    bool fail(const QString &error)
    {
        m_error = error;
        return false;
    }

    bool isDoubled(QChar brace) const
    {
        return m_at + 1 < m_text.size() && m_text[m_at] == brace && m_text[m_at + 1] == brace;
    }

    static void flush(Parts &parts, QString &literal)
    {
        if (literal.isEmpty())
            return;
        Part part;
        part.text = literal.toUtf8();
        parts.push_back(part);
        literal.clear();
    }

    /// Reads parts up to the end of the text or a single closing brace.
    bool parts(Parts &parts, int depth)
    {
        if (depth > kMaxDepth)
            return fail(u"at most %1 functions inside each other"_s.arg(kMaxDepth));
        QString literal;
        int opened = 0;  // literal braces that are open
        while (m_at < m_text.size()) {
            // Inside a function, `}}` may close two functions. It is a literal brace only after a matching
            // `{{`.
            const bool isClosing = isDoubled(u'}') && (depth == 0 || opened > 0);
            if (isDoubled(u'{') || isClosing) {
                opened += isClosing ? -1 : 1;
                literal += m_text[m_at];
                m_at += 2;
            } else if (m_text[m_at] == u'}') {
                break;
            } else if (m_text[m_at] != u'{') {
                literal += m_text[m_at++];
            } else {
                flush(parts, literal);
                Part part;
                if (!placeholder(part, depth))
                    return false;
                parts.push_back(part);
            }
        }
        flush(parts, literal);
        return ++m_count <= kMaxParts && parts.size() <= kMaxParts
                   ? true
                   : fail(u"at most %1 values in one text"_s.arg(kMaxParts));
    }

    bool placeholder(Part &part, int depth)
    {
        ++m_at;  // the opening brace
        for (const auto &[name, kind] :
             {std::pair("base64:"_L1, Kind::Base64), std::pair("percent:"_L1, Kind::Percent),
              std::pair("number:"_L1, Kind::Number)}) {
            if (!m_text.sliced(m_at).startsWith(name))
                continue;
            m_at += name.size();
            part.kind = kind;
            if (!argument(part, depth))
                return false;
            return close(name.chopped(1));
        }
        const qsizetype end = m_text.indexOf(u'}', m_at);
        if (end < 0)
            return fail(u"a brace is not closed; {{ stands for a brace"_s);
        const QStringView name = m_text.sliced(m_at, end - m_at);
        m_at = end + 1;
        return simple(part, name);
    }

    bool close(QLatin1StringView function)
    {
        if (m_at >= m_text.size())
            return fail(u"{%1:…} is not closed"_s.arg(function));
        ++m_at;
        return true;
    }

    /// Reads the argument of a function. `{percent:job}` means `{percent:{job}}`, because the inner braces
    /// are easily forgotten.
    bool argument(Part &part, int depth)
    {
        if (!parts(part.inner, depth + 1))
            return false;
        if (part.inner.size() == 1 && part.inner.front().kind == Kind::Literal) {
            Part named;
            if (simple(named, QString::fromUtf8(part.inner.front().text)))
                part.inner.front() = named;
            else if (part.kind == Kind::Number)
                return false;
            m_error.clear();
        }
        if (part.inner.empty())
            return fail(u"a function of an empty text"_s);
        if (part.kind == Kind::Base64)
            escapeJson(part.inner);
        return true;
    }

    /// When the argument of base64 is JSON, each value is escaped for its place in the JSON.
    static void escapeJson(Parts &parts)
    {
        const Part &first = parts.front();
        const QByteArray start = first.kind == Kind::Literal ? first.text.trimmed() : QByteArray();
        if (!start.startsWith('{') && !start.startsWith('['))
            return;
        bool isInString = false;
        for (Part &part : parts) {
            if (part.kind != Kind::Literal) {
                part.json = isInString ? Part::Json::InsideString : Part::Json::Whole;
                continue;
            }
            for (qsizetype i = 0; i < part.text.size(); ++i) {
                if (isInString && part.text[i] == '\\')
                    ++i;
                else if (part.text[i] == '"')
                    isInString = !isInString;
            }
        }
    }

    bool simple(Part &part, QStringView name)
    {
        static const std::vector<std::pair<QLatin1StringView, Kind>> kSimple = {
            {"callback"_L1, Kind::Callback},
            {"upstream"_L1, Kind::Upstream},
            {"rest"_L1, Kind::Rest},
            {"job"_L1, Kind::Job},
            {"location"_L1, Kind::Location},
            {"token"_L1, Kind::Token},
            {"uuid"_L1, Kind::Uuid},
            {"url"_L1, Kind::Url},
            {"id"_L1, Kind::Id},
            {"timestamp"_L1, Kind::Timestamp},
            {"body"_L1, Kind::Body},
            {"sha256:body"_L1, Kind::Sha256Body},
            {"sorted_form"_L1, Kind::SortedForm},
        };
        QStringList known{u"now:FORMAT"_s, u"secret:NAME"_s, u"base64:…"_s, u"percent:…"_s, u"number:…"_s};
        for (const auto &[text, kind] : kSimple) {
            if (text == name) {
                part.kind = kind;
                return true;
            }
            known += text;
        }
        if (name.startsWith("now:"_L1)) {
            part.kind = Kind::Now;
            part.text = name.sliced(4).toUtf8();
            return formatTime(WallTime(), part.text) ||
                   fail(
                       u"a format of time has yyyy, MM, dd, HH, mm, ss and zzz, or is unix, unix-ms or iso"_s);
        }
        if (name.startsWith("secret:"_L1)) {
            part.kind = Kind::Secret;
            part.text = name.sliced(7).toUtf8();
            return !part.text.isEmpty() || fail(u"the name of a secret is wanted"_s);
        }
        const auto locator = parseLocator(name);
        if (const auto *found = std::get_if<profile::Locator>(&locator)) {
            part.kind = Kind::Locator;
            part.locator = *found;
            return true;
        }
        // What has a colon was meant as a locator or a function.
        known += u"a locator such as header:X-Id"_s;
        return fail(u"nothing is called {%1}"_s.arg(oneLine(name.toString(), 60)) +
                    thereAre(name.toString(), known));
    }

    QStringView m_text;
    qsizetype m_at = 0;
    std::size_t m_count = 0;
    QString m_error;
};

template <typename Visit>
void Template::visitParts(const Parts &parts, Visit visit)
{
    for (const Part &part : parts) {
        visit(part);
        visitParts(part.inner, visit);
    }
}

std::variant<Template, QString> Template::parse(QStringView text)
{
    return Parser(text).run();
}

std::variant<QByteArray, QString> Template::render(const TemplateValues &values, Position position) const
{
    return renderParts(m_parts, values, position);
}

std::variant<QByteArray, QString> Template::renderParts(const Parts &parts, const TemplateValues &values,
                                                        Position position)
{
    QByteArray out;
    bool isBehindAddress = false;
    for (const Part &part : parts) {
        auto rendered = renderPart(part, values);
        if (std::holds_alternative<QString>(rendered))
            return rendered;
        QByteArray &text = std::get<QByteArray>(rendered);
        if (part.json != Part::Json::No) {
            if (!text.isValidUtf8())
                return u"a value for JSON is not UTF-8"_s;
            text = quoteJson(text);
            if (part.json == Part::Json::InsideString)
                text = text.sliced(1, text.size() - 2);
        }
        const bool isAddress = part.kind == Part::Kind::Literal || part.kind == Part::Kind::Upstream ||
                               part.kind == Part::Kind::Rest || part.kind == Part::Kind::Location ||
                               part.kind == Part::Kind::Percent;
        // The upstream's URL and the client's path may end with a slash. Such a slash is dropped before
        // another slash.
        if (position == Position::Url && isBehindAddress && text.startsWith('/') && out.endsWith('/'))
            out.chop(1);
        isBehindAddress = part.kind == Part::Kind::Upstream || part.kind == Part::Kind::Rest;
        out += position == Position::Url && !isAddress ? percentEncode(text) : text;
    }
    if (position == Position::Header && !http::isFieldValue(out))
        return u"a value for a header field has a control character"_s;
    return out;
}

std::variant<QByteArray, QString> Template::renderPart(const Part &part, const TemplateValues &values)
{
    using Kind = Part::Kind;
    using Result = std::variant<QByteArray, QString>;
    const auto given = [](QByteArrayView value, QLatin1StringView name) -> Result {
        if (value.isEmpty())
            return u"there is no {%1} here"_s.arg(name);
        return value.toByteArray();
    };
    const auto inner = [&part, &values](auto change) -> Result {
        auto rendered = renderParts(part.inner, values, Position::Plain);
        if (auto *text = std::get_if<QByteArray>(&rendered))
            return change(*text);
        return rendered;
    };
    if (!values.message && (part.kind == Kind::Body || part.kind == Kind::Sha256Body ||
                            part.kind == Kind::SortedForm || part.kind == Kind::Locator))
        return u"there is no message to read from"_s;
    switch (part.kind) {
        case Kind::Literal:
            return part.text;
        case Kind::Callback:
            return given(values.callback, "callback"_L1);
        case Kind::Upstream:
            return given(values.upstream, "upstream"_L1);
        case Kind::Rest:
            return values.rest.toByteArray();
        case Kind::Job:
            return given(values.job, "job"_L1);
        case Kind::Location:
            return given(values.location, "location"_L1);
        case Kind::Token:
            return given(values.token, "token"_L1);
        case Kind::Uuid:
            return given(values.uuid, "uuid"_L1);
        case Kind::Url:
            return given(values.url, "url"_L1);
        case Kind::Id:
            return given(values.id, "id"_L1);
        case Kind::Timestamp:
            return given(values.timestamp, "timestamp"_L1);
        case Kind::Body:
            return values.message->message().body.toByteArray();
        case Kind::Sha256Body: {
            const QByteArrayView body = values.message->message().body;
            return QCryptographicHash::hash(QByteArray::fromRawData(body.data(), body.size()),
                                            QCryptographicHash::Sha256)
                .toHex();
        }
        case Kind::SortedForm: {
            auto sorted = sortedForm(values.message->message().body);
            return sorted ? Result(*sorted) : Result(u"the form has too many fields"_s);
        }
        case Kind::Now:
            return formatTime(values.now, part.text).value_or(QByteArray());
        case Kind::Secret: {
            const auto secret = values.secrets ? values.secrets->find(part.text) : Secrets::const_iterator();
            if (!values.secrets || secret == values.secrets->end())
                return u"the secret \"%1\" is missing"_s.arg(QString::fromUtf8(part.text));
            return firstLine(secret->second);
        }
        case Kind::Locator: {
            const Located located = values.message->find(part.locator);
            if (located.isMalformed())
                return located.error;
            if (!located.isFound())
                return u"there is nothing at %1"_s.arg(formatLocator(part.locator));
            return located.text;
        }
        case Kind::Base64:
            return inner([](const QByteArray &text) -> Result { return text.toBase64(); });
        case Kind::Percent:
            return inner([](const QByteArray &text) -> Result { return percentEncode(text); });
        case Kind::Number:
            return inner([](const QByteArray &text) -> Result {
                const auto scanned = scanJson(text);
                const auto *type = std::get_if<JsonType>(&scanned);
                // scanJson() allows white space around the number, but other readers may not.
                if (!type || *type != JsonType::Number || text.trimmed() != text)
                    return u"a value is not a number"_s;
                return text;
            });
    }
    return QByteArray();
}

Template::Uses Template::uses() const
{
    using Kind = Part::Kind;
    Uses uses;
    visitParts(m_parts, [&uses](const Part &part) {
        switch (part.kind) {
            case Kind::Callback:
                uses |= Use::Callback;
                break;
            case Kind::Upstream:
            case Kind::Rest:
                uses |= Use::Upstream;
                break;
            case Kind::Job:
                uses |= Use::Job;
                break;
            case Kind::Location:
                uses |= Use::Location;
                break;
            case Kind::Token:
                uses |= Use::Token;
                break;
            case Kind::Uuid:
                uses |= Use::Uuid;
                break;
            case Kind::Now:
                uses |= Use::Now;
                break;
            case Kind::Secret:
                uses |= Use::Secret;
                break;
            case Kind::Url:
                uses |= Use::PublicUrl;
                break;
            case Kind::Id:
            case Kind::Timestamp:
                uses |= Use::Signed;
                break;
            case Kind::Body:
            case Kind::Sha256Body:
            case Kind::SortedForm:
            case Kind::Locator:
                uses |= Use::Message;
                break;
            case Kind::Literal:
            case Kind::Base64:
            case Kind::Percent:
            case Kind::Number:
                break;
        }
    });
    return uses;
}

QStringList Template::secretNames() const
{
    QStringList names;
    visitParts(m_parts, [&names](const Part &part) {
        if (part.kind == Part::Kind::Secret)
            names += QString::fromUtf8(part.text);
    });
    return names;
}

std::vector<Locator> Template::locators() const
{
    std::vector<Locator> found;
    visitParts(m_parts, [&found](const Part &part) {
        if (part.kind == Part::Kind::Locator)
            found.push_back(part.locator);
    });
    return found;
}

const Locator *Template::loneBodyLocator() const
{
    const bool isLone = m_parts.size() == 1 && m_parts.front().kind == Part::Kind::Locator;
    return isLone && m_parts.front().locator.kind == Locator::Kind::Body ? &m_parts.front().locator : nullptr;
}

bool Template::isNumber() const
{
    return m_parts.size() == 1 && m_parts.front().kind == Part::Kind::Number;
}

bool Template::insertsBody() const
{
    bool inserts = false;
    visitParts(m_parts, [&inserts](const Part &part) {
        inserts = inserts || part.kind == Part::Kind::Body || part.kind == Part::Kind::Sha256Body;
    });
    return inserts;
}

bool Template::beginsAtUpstream() const
{
    auto part = m_parts.begin();
    if (part == m_parts.end() || (part->kind != Part::Kind::Upstream && part->kind != Part::Kind::Location))
        return false;
    // {rest} is a path: it is empty or begins with a slash, so it cannot extend the host name.
    for (++part; part != m_parts.end() && part->kind == Part::Kind::Rest;)
        ++part;
    // Only a slash or a question mark ends the host name. Any other text could extend it to another host's
    // name.
    return part == m_parts.end() ||
           (part->kind == Part::Kind::Literal && (part->text.startsWith('/') || part->text.startsWith('?')));
}

std::optional<QByteArray> formatTime(WallTime time, QByteArrayView format)
{
    const auto ms = time.time_since_epoch().count();
    if (format == "unix")
        return QByteArray::number(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
    if (format == "unix-ms")
        return QByteArray::number(ms);
    if (format == "iso")
        return formatTime(time, "yyyy-MM-ddTHH:mm:ssZ");
    const QDateTime date = QDateTime::fromMSecsSinceEpoch(ms, QTimeZone::utc());
    const auto padded = [](int number, int width) {
        return QByteArray::number(number).rightJustified(width, '0');
    };
    const std::pair<QByteArrayView, QByteArray> fields[] = {
        {"yyyy", padded(date.date().year(), 4)},
        {"zzz", padded(date.time().msec(), 3)},
        {"MM", padded(date.date().month(), 2)},
        {"dd", padded(date.date().day(), 2)},
        {"HH", padded(date.time().hour(), 2)},
        {"mm", padded(date.time().minute(), 2)},
        {"ss", padded(date.time().second(), 2)},
        {"T", "T"},
        {"Z", "Z"},
    };
    QByteArray out;
    while (!format.isEmpty()) {
        const auto *const field =
            std::find_if(std::begin(fields), std::end(fields),
                         [format](const auto &one) { return format.startsWith(one.first); });
        const char c = format.front();
        if (field != std::end(fields)) {
            out += field->second;
            format = format.sliced(field->first.size());
        } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            return std::nullopt;
        } else {
            out += c;
            format = format.sliced(1);
        }
    }
    return out.isEmpty() ? std::nullopt : std::optional(out);
}

}  // namespace holdline::profile
