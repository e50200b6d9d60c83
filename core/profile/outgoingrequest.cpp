// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/outgoingrequest.h"

#include "core/profile/formfields.h"
#include "core/profile/jsonsplice.h"

#include <QByteArrayList>
#include <QUrl>

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView kJson("application/json");
constexpr QByteArrayView kForm("application/x-www-form-urlencoded");

/// Returns whether the path of a URL has a segment `.` or `..`, which could lead out of the upstream's path.
/// Also finds hidden ones, because some servers decode escaped slashes first, treat a backslash as a slash,
/// or ignore the part of a segment after a semicolon.
bool hasDotSegment(QByteArrayView url)
{
    const QByteArrayView path = url.first(url.indexOf('?') < 0 ? url.size() : url.indexOf('?'));
    // Most paths have neither a dot nor an escape, so they need no further check.
    if (!path.contains('.') && !path.contains('%'))
        return false;
    const QByteArray plain = percentDecode(path, false).replace('\\', '/');
    for (QByteArray segment : plain.split('/')) {
        if (const qsizetype semicolon = segment.indexOf(';'); semicolon >= 0)
            segment.truncate(semicolon);
        if (segment == "." || segment == "..")
            return true;
    }
    return false;
}

/// True for a body that has another type than a form. Clients that name no type may send a form.
bool isOtherThanForm(const MessageView &client)
{
    const auto type = headerValue(client.headers, "Content-Type");
    if (!type || client.body.isEmpty())
        return false;
    const qsizetype end = type->indexOf(';');
    return !equalsIgnoreCase((end < 0 ? *type : type->first(end)).trimmed(), kForm);
}

QByteArray withQuery(QByteArray url, QByteArrayView query)
{
    if (!query.isEmpty())
        url.append(url.contains('?') ? '&' : '?').append(query);
    return url;
}

/// The edits of one request, rendered and grouped by target: JSON, form, query and header fields.
class Edits
{
public:
    explicit Edits(const TemplateValues &values) : m_values(values) {}

    /// Adds all assignments. Returns an error text for people, empty on success. With `areOptional`, an
    /// assignment is skipped when the message has nothing at one of its locators.
    QString add(const Assignments &assignments, bool areOptional = false)
    {
        for (const Assignment &assignment : assignments) {
            if (areOptional && !isThere(assignment.value))
                continue;
            if (const QString error = add(assignment); !error.isEmpty())
                return error;
        }
        return {};
    }

    /// Adds one text, such as the job's id that Holdline made.
    void add(const Locator &target, const QByteArray &text) { put(target, quoteJson(text), {text}); }

    void remove(const Locator &target) { put(target, std::nullopt, {}); }

    bool hasBody() const { return !m_json.empty() || !m_form.empty(); }
    bool isForm() const { return !m_form.empty(); }
    const std::vector<JsonEdit> &json() const { return m_json; }
    const std::vector<FormEdit> &form() const { return m_form; }
    const std::vector<FormEdit> &query() const { return m_query; }
    const HeaderFields &headers() const { return m_headers; }
    const std::vector<QByteArray> &removedHeaders() const { return m_removedHeaders; }

private:
    bool isThere(const FieldValue &value) const
    {
        for (const Template &text : value.templates()) {
            for (const Locator &locator : text.locators()) {
                if (m_values.message->find(locator).kind == Located::Kind::Missing)
                    return false;
            }
        }
        return true;
    }

    QString add(const Assignment &assignment)
    {
        if (assignment.target.kind == Locator::Kind::Body) {
            auto json = assignment.value.json(m_values);
            if (auto *error = std::get_if<QString>(&json))
                return *error;
            put(assignment.target, std::get<QByteArray>(json), {});
            return {};
        }
        const auto position = assignment.target.kind == Locator::Kind::Header ? Template::Position::Header
                                                                              : Template::Position::Plain;
        auto texts = assignment.value.texts(m_values, position);
        if (auto *error = std::get_if<QString>(&texts))
            return *error;
        put(assignment.target, std::nullopt, std::get<std::vector<QByteArray>>(texts));
        return {};
    }

    void put(const Locator &target, const std::optional<QByteArray> &json,
             const std::vector<QByteArray> &texts)
    {
        switch (target.kind) {
            case Locator::Kind::Body:
                m_json.push_back({target.pointer, json});
                break;
            case Locator::Kind::Form:
                m_form.push_back({target.name, texts});
                break;
            case Locator::Kind::Query:
                m_query.push_back({target.name, texts});
                break;
            case Locator::Kind::Header:
                m_removedHeaders.push_back(target.name);
                for (const QByteArray &text : texts)
                    m_headers.emplace_back(target.name, text);
                break;
            default:  // the reader of profiles accepts no other kinds
                break;
        }
    }

    const TemplateValues &m_values;
    std::vector<JsonEdit> m_json;
    std::vector<FormEdit> m_form;
    std::vector<FormEdit> m_query;
    HeaderFields m_headers;
    std::vector<QByteArray> m_removedHeaders;
};

/// Returns the body with the edits applied, or an error for the client.
std::variant<QByteArray, StartError> editedBody(QByteArrayView body, const Edits &edits)
{
    if (edits.isForm())
        return editForm(body, edits.form());
    if (edits.json().empty())
        return body.toByteArray();
    const QByteArrayView json = body.isEmpty() ? QByteArrayView("{}") : withoutByteOrderMark(body);
    const auto scanned = scanJson(json);
    if (const auto *error = std::get_if<JsonError>(&scanned))
        return StartError{Reason::InvalidJson, u"The body is not JSON, %1."_s.arg(error->toString())};
    auto spliced = spliceJson(json, edits.json());
    if (auto *error = std::get_if<QString>(&spliced))
        return StartError{Reason::BadRequest, u"The body cannot be used: %1."_s.arg(*error)};
    // Keeps a byte order mark that the client sent before its JSON.
    const qsizetype mark = body.isEmpty() ? 0 : body.size() - json.size();
    return body.first(mark).toByteArray() + std::get<QByteArray>(spliced);
}

/// Puts method, address, header fields and body together.
std::variant<OutgoingRequest, StartError> assemble(const RequestRule &rule, const TemplateValues &values,
                                                   const Edits &edits, HeaderFields headers,
                                                   QByteArrayView query, QByteArrayView body)
{
    auto url = rule.url.render(values, Template::Position::Url);
    if (const auto *error = std::get_if<QString>(&url))
        return StartError{Reason::BadRequest, *error + u'.'};
    auto edited = editedBody(body, edits);
    if (auto *error = std::get_if<StartError>(&edited))
        return *error;
    OutgoingRequest request;
    request.method = rule.method;
    request.url = withQuery(std::get<QByteArray>(url), editForm(query, edits.query()));
    // The operator wrote the upstream's own path. The rest of the path may come from a client, so only the
    // rest is checked.
    const qsizetype own = rule.url.uses().testFlag(Template::Use::Upstream) ? values.upstream.size() : 0;
    if (hasDotSegment(QByteArrayView(request.url).sliced(std::min(own, request.url.size()))))
        return StartError{Reason::BadRequest, u"The path has a segment \".\" or \"..\"."_s};
    request.body = std::get<QByteArray>(edited);
    request.headers = std::move(headers);
    for (const QByteArray &name : edits.removedHeaders())
        removeHeader(request.headers, name);
    for (const HeaderField &field : edits.headers())
        request.headers.push_back(field);
    if (edits.hasBody() && !request.body.isEmpty() && !headerValue(request.headers, "Content-Type"))
        request.headers.emplace_back("Content-Type", (edits.isForm() ? kForm : kJson).toByteArray());
    return request;
}

bool travels(const std::vector<QByteArray> &names, QByteArrayView name)
{
    return std::any_of(names.begin(), names.end(), [name](const QByteArray &known) {
        if (!known.endsWith('*'))
            return equalsIgnoreCase(known, name);
        return name.size() >= known.size() - 1 &&
               equalsIgnoreCase(name.first(known.size() - 1), QByteArrayView(known).chopped(1));
    });
}

bool lacksSecret(const Profile &profile, const TemplateValues &values)
{
    const QStringList names = profile.secretNames();
    return std::any_of(names.begin(), names.end(), [&values](const QString &name) {
        return !values.secrets || !values.secrets->contains(name.toUtf8());
    });
}

/// Returns an error text for people when the query has a field that `from_query` does not read; otherwise
/// empty.
QString unknownQueryField(const Assignments &fromQuery, QByteArrayView query)
{
    std::vector<QByteArray> known;
    for (const Assignment &assignment : fromQuery) {
        for (const Template &text : assignment.value.templates()) {
            for (const Locator &locator : text.locators()) {
                if (locator.kind == Locator::Kind::Query)
                    known.push_back(locator.name);
            }
        }
    }
    FormWalk walk(query);
    while (const auto field = walk.next()) {
        if (std::find(known.begin(), known.end(), field->name) == known.end()) {
            return u"The query has a field that is not taken here; taken are: %1."_s.arg(
                QString::fromUtf8(QByteArrayList(known.begin(), known.end()).join(", ")));
        }
    }
    return {};
}

}  // namespace

HeaderFields travellingHeaders(const Profile &profile, std::span<const HeaderField> headers)
{
    HeaderFields out;
    for (const HeaderField &field : headers) {
        if (isConnectionField(field.first) || equalsIgnoreCase(field.first, "Content-Type") ||
            !travels(profile.start.headers, field.first))
            continue;
        const auto same = std::find_if(out.begin(), out.end(), [&field](const HeaderField &one) {
            return equalsIgnoreCase(one.first, field.first);
        });
        // Joins fields of the same name into one field (RFC 9110, 5.3; for cookies RFC 9113, 8.2.3).
        if (same == out.end())
            out.push_back(field);
        else
            same->second += (equalsIgnoreCase(field.first, "Cookie") ? "; " : ", ") + field.second;
    }
    return out;
}

std::variant<OutgoingRequest, StartError> buildStart(const Profile &profile, const MessageView &client,
                                                     const TemplateValues &given)
{
    const StartRule &rule = profile.start;
    const bool isQuery = client.method == "GET";
    if (isQuery && rule.fromQuery.empty())
        return StartError{Reason::MethodNotAllowed, u"Jobs are not started by GET here."_s};
    MessageReader reader(client);
    TemplateValues values = given;
    values.message = &reader;
    Edits edits(values);
    // A missing secret is the operator's fault and not the client's.
    const auto badRequest = [&](const QString &error) {
        return StartError{lacksSecret(profile, values) ? Reason::InternalError : Reason::BadRequest,
                          u"The start cannot be made: %1."_s.arg(error)};
    };
    if (isQuery) {
        // The values of a body would bypass unknownQueryField(), which allows only known query fields.
        if (!client.body.isEmpty())
            return StartError{Reason::BadRequest, u"A GET has no body here: the query has its values."_s};
        if (const QString error = unknownQueryField(rule.fromQuery, client.query); !error.isEmpty())
            return StartError{Reason::BadRequest, error};
        if (const QString error = edits.add(rule.fromQuery, true); !error.isEmpty())
            return badRequest(error);
    }
    for (const Locator &locator : rule.remove)
        edits.remove(locator);
    for (const Assignments *assignments : {&rule.request.set, &rule.callback}) {
        if (const QString error = edits.add(*assignments); !error.isEmpty())
            return badRequest(error);
    }
    if (rule.made && values.uuid.isEmpty())
        return StartError{Reason::InternalError, u"The job has no id of ours."_s};
    if (rule.made)
        edits.add(*rule.made, values.uuid.toByteArray());
    if (edits.isForm() && isOtherThanForm(client))
        return StartError{Reason::BadRequest,
                          u"The body has another Content-Type than the form that this API takes (%1)."_s.arg(
                              QLatin1StringView(kForm))};
    HeaderFields headers = travellingHeaders(profile, client.headers);
    const auto contentType = headerValue(client.headers, "Content-Type");
    if (contentType && !client.body.isEmpty())
        headers.emplace_back("Content-Type", contentType->toByteArray());
    return assemble(rule.request, values, edits, std::move(headers),
                    isQuery ? QByteArrayView() : client.query, client.body);
}

std::variant<OutgoingRequest, QString> buildRequest(const Profile &profile, const RequestRule &rule,
                                                    const MessageView &client, const TemplateValues &given)
{
    MessageReader reader(client);
    TemplateValues values = given;
    values.message = &reader;
    Edits edits(values);
    if (QString error = edits.add(rule.set); !error.isEmpty())
        return error;
    auto made = assemble(rule, values, edits, travellingHeaders(profile, client.headers), {}, {});
    if (auto *error = std::get_if<StartError>(&made))
        return error->detail;
    return std::get<OutgoingRequest>(std::move(made));
}

QByteArray addressAtUpstream(QByteArrayView upstream, QByteArrayView location)
{
    const QUrl base = QUrl::fromEncoded(upstream.toByteArray(), QUrl::StrictMode);
    const QUrl given = QUrl::fromEncoded(location.toByteArray(), QUrl::StrictMode);
    if (!base.isValid() || !given.isValid() || location.isEmpty())
        return {};
    const QUrl address = base.resolved(given);
    const auto portOf = [](const QUrl &url) { return url.port(url.scheme() == "https"_L1 ? 443 : 80); };
    if (address.scheme() != base.scheme() || address.host() != base.host() ||
        portOf(address) != portOf(base) || !address.userInfo().isEmpty())
        return {};
    const QByteArray encoded = address.toEncoded(QUrl::RemoveFragment);
    return hasDotSegment(encoded) ? QByteArray() : encoded;
}

}  // namespace holdline::profile
