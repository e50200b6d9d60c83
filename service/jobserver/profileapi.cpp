// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/profileapi.h"

#include "core/base/ascii.h"
#include "core/profile/formfields.h"
#include "core/profile/signing.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Placeholder for the upstream's URL while the URL of a request about a job is rendered. It is cut off
/// again.
constexpr QByteArrayView kUpstream = "http://upstream";
constexpr int kMostWords = 10'000;

http::Response json(int status, const QByteArray &body)
{
    return {status, {{"Content-Type", "application/json"}}, body, false};
}

qsizetype bytesOf(const http::Request &request)
{
    qsizetype bytes = request.target.size() + request.body.size();
    for (const auto &[name, value] : request.headers)
        bytes += name.size() + value.size();
    return bytes;
}

bool isIdCharacter(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

QByteArrayView pathOf(QByteArrayView address)
{
    const qsizetype mark = address.indexOf('?');
    return mark < 0 ? address : address.first(mark);
}

}  // namespace

ProfileApi::ProfileApi(std::shared_ptr<const profile::Profile> profile, const QByteArray &key,
                       const QUrl &registered)
    : m_profile(std::move(profile)), m_key(key), m_registered(registered)
{
}

void ProfileApi::started(const QByteArray &id, const Start &start)
{
    Job &job = m_jobs[id];
    if (job.start)
        m_bytes -= bytesOf(job.start->request);
    else
        m_order.push_back(id);
    job = Job{start};
    m_bytes += bytesOf(start->request);
    while (m_order.size() > kMostJobs || m_bytes > kMostBytes) {
        m_bytes -= bytesOf(m_jobs.extract(m_order.front()).mapped().start->request);
        m_order.pop_front();
    }
}

void ProfileApi::ended(const QByteArray &id, bool hasFailed)
{
    if (const auto job = m_jobs.find(id); job != m_jobs.end())
        job->second.state = hasFailed ? ApiState::Failed : ApiState::Completed;
}

CallbackMessage ProfileApi::callback(const ApiStart &start, const QByteArray &id, ApiState state,
                                     int number) const
{
    return apiCallback(*m_profile, start, id, state, m_key, wallNow(), number);
}

std::variant<ProfileApi::Start, http::Response, ProfileApi::Cancel, RequestError> ProfileApi::read(
    const http::Request &request) const
{
    if (auto answer = publishedAnswer(request))
        return std::move(*answer);
    if (const auto *found = jobIn(request)) {
        const auto &[id, job] = *found;
        if (const auto question = questionIn(request, id, job)) {
            switch (*question) {
                case Question::Status:
                    return apiStatusAnswer(*m_profile, id, job.state);
                case Question::Result:
                    return job.state == ApiState::Completed ? apiResultAnswer(*m_profile, id)
                                                            : json(404, "{\"error\":\"no result\"}");
                case Question::Cancel:
                    return Cancel{id, json(200, "{}")};
            }
        }
    }
    const QByteArray &method = m_profile->start.request.method;
    if (request.method != (method.isEmpty() ? QByteArray("POST") : method))
        return RequestError{404, u"there is no such job, and a start is a %1"_s.arg(
                                     method.isEmpty() ? u"POST"_s : QString::fromLatin1(method))};
    auto start = readApiStart(*m_profile, request, m_registered);
    if (auto *error = std::get_if<RequestError>(&start))
        return *error;
    return std::make_shared<const ApiStart>(std::get<ApiStart>(std::move(start)));
}

/// Answers requests for the keys of callbacks, and for access tokens (RFC 6749, 4.4). Does not check the
/// client's credentials.
std::optional<http::Response> ProfileApi::publishedAnswer(const http::Request &request) const
{
    const auto &verify = m_profile->callback ? m_profile->callback->verify : std::nullopt;
    if (verify && !verify->jwks.isEmpty() && request.method == "GET" &&
        request.path() == QUrl::fromEncoded(verify->jwks).path(QUrl::FullyEncoded).toLatin1())
        return json(200, profile::formatKeySet({profile::ed25519PublicKey(apiPrivateKey(m_key))}));
    const qsizetype mark = request.target.indexOf('?');
    const QByteArrayView query =
        mark < 0 ? QByteArrayView() : QByteArrayView(request.target).sliced(mark + 1);
    for (const QByteArrayView form : {query, QByteArrayView(request.body)}) {
        if (form.size() < 4096 && profile::findField(form, "grant_type").value == "client_credentials")
            return json(200, R"({"access_token":"simulated-token","token_type":"Bearer","expires_in":3600})");
    }
    return std::nullopt;
}

/// Returns the job whose id is in the target or the body of a request, or null.
const std::pair<const QByteArray, ProfileApi::Job> *ProfileApi::jobIn(const http::Request &request) const
{
    int words = 0;
    for (const QByteArray &text : {request.target, request.body}) {
        qsizetype from = 0;
        for (qsizetype i = 0; i <= text.size() && words < kMostWords; ++i) {
            if (i < text.size() && isIdCharacter(text[i]))
                continue;
            if (i > from) {
                ++words;
                if (const auto job = m_jobs.find(text.mid(from, i - from)); job != m_jobs.end())
                    return &*job;
            }
            from = i + 1;
        }
    }
    return nullptr;
}

std::optional<ProfileApi::Question> ProfileApi::questionIn(const http::Request &request, const QByteArray &id,
                                                           const Job &job) const
{
    const auto &status = m_profile->status;
    if (status && status->result && isFor(*status->result, request, id, job))
        return Question::Result;
    if (m_profile->cancel && isFor(m_profile->cancel->request, request, id, job))
        return Question::Cancel;
    if (status && isFor(status->request, request, id, job))
        return Question::Status;
    return std::nullopt;
}

/// True when Holdline would send this request for the job, by `rule`. The upstream's URL at Holdline may have
/// a path. Then the request's path begins with that path, so only its end is compared.
bool ProfileApi::isFor(const profile::RequestRule &rule, const http::Request &request, const QByteArray &id,
                       const Job &job) const
{
    if (request.method != rule.method)
        return false;
    const http::Request &start = job.start->request;
    const QByteArray startPath = start.path().toByteArray();
    const QByteArray location = QByteArray(kUpstream.data(), kUpstream.size()) + "/jobs/" + id;
    profile::MessageView view;
    view.method = start.method;
    view.path = startPath;
    view.headers = start.headers.all();
    view.body = start.body;
    profile::MessageReader reader(view);
    profile::TemplateValues values;
    values.upstream = kUpstream;
    values.rest = startPath;
    values.job = id;
    values.location = location;
    values.uuid = id;
    values.message = &reader;
    const auto url = rule.url.render(values, profile::Template::Position::Url);
    const auto *address = std::get_if<QByteArray>(&url);
    return address && address->startsWith(kUpstream) &&
           request.path().endsWith(pathOf(QByteArrayView(*address).sliced(kUpstream.size())));
}

}  // namespace holdline
