// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/route.h"

#include "core/config/addressrange.h"
#include "core/profile/messageanswers.h"
#include "core/profile/messagereading.h"
#include "core/profile/outgoingrequest.h"
#include "core/routing/registeredaddress.h"
#include "service/holdline/apis/jobuuid.h"
#include "service/holdline/apis/profilemessages.h"
#include "service/http/contentcoding.h"

#include <QCryptographicHash>

#include <algorithm>
#include <array>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxLaneValue = 200;
constexpr qsizetype kLaneHashBytes = 8;
/// How long replayed callbacks are recognised when verification checks no time of sending.
constexpr auto kReplayAge = std::chrono::hours(1);

/// Values for a start request that is only built as a check, and is not sent.
const StartValues kTrial{"00000000000000000000000000000000", "http://callback.invalid/", "trial"};

bool isPrintable(const QByteArray &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return (c < 0 || c >= ' ') && c != '\x7f'; });
}

profile::MessageView viewOf(const ClientRequest &client)
{
    const auto [path, query] = splitTarget(client.target);
    profile::MessageView view;
    view.method = client.method;
    view.path = path;
    view.query = query;
    view.headers = client.headers;
    view.body = client.body;
    return view;
}

ClientRequest partsOf(const http::Request &request)
{
    return {request.method, request.target, request.headers.all(), request.body};
}

profile::MessageView viewOf(const CallbackView &callback)
{
    profile::MessageView view = viewOf(partsOf(callback.request));
    view.suffix = callback.suffix;
    return view;
}

void fill(profile::OutgoingRequest &&request, StartCall &call)
{
    call.method = std::move(request.method);
    call.url = std::move(request.url);
    call.body = std::move(request.body);
    for (auto &field : request.headers)
        call.headers.push_back(std::move(field));
}

StartError secretMissing()
{
    return {Reason::InternalError, u"The secret of the route's auth is missing."_s};
}

}  // namespace

bool mayBeSecret(QByteArrayView name)
{
    static constexpr std::array kWords{"auth"_L1, "cookie"_L1, "key"_L1, "token"_L1, "secret"_L1};
    const QByteArray lower = name.toByteArray().toLower();
    return std::any_of(kWords.begin(), kWords.end(), [&lower](QLatin1StringView word) {
        return lower.contains(QByteArrayView(word.data(), word.size()));
    });
}

QByteArray originOf(const QUrl &url)
{
    const int implied = url.scheme() == "https"_L1 ? 443 : 80;
    QUrl origin;
    origin.setScheme(url.scheme());
    origin.setHost(url.host());
    if (const int port = url.port(implied); port != implied)
        origin.setPort(port);
    return origin.toEncoded();
}

Route::Route(const RouteConfig &config, std::shared_ptr<const profile::Secrets> secrets)
    : m_config(config),
      m_upstream(config.upstream.toEncoded()),
      m_upstreamName(originOf(config.upstream)),
      m_secrets(std::move(secrets)),
      m_keySet(keySetOf(config)),
      m_token(tokenOf(config, m_secrets)),
      m_usesUuid(config.authorization.uses().testFlag(profile::Template::Use::Uuid) ||
                 (config.profile && config.profile->usesUuid()))
{
}

bool Route::takes(QByteArrayView path) const
{
    if (isUsual() || !path.startsWith(m_config.path))
        return false;
    const QByteArrayView rest = path.sliced(m_config.path.size());
    return rest.isEmpty() || rest == "/" || (m_config.takesRest && rest.startsWith('/'));
}

LaneRules Route::laneRules() const
{
    const LaneLimits &limits = m_config.limits;
    return {limits.starts > 0 || !hasProfile() ? limits.starts : LaneRules::kManyStarts, limits.running,
            limits.rate, 0};
}

std::chrono::milliseconds Route::keepAlive() const
{
    return hasProfile() ? m_config.profile->answer.keepalive : std::chrono::milliseconds(0);
}

QByteArrayList Route::methods() const
{
    if (!hasProfile() || m_config.profile->start.fromQuery.empty())
        return {"POST"};
    return {"GET", "POST"};
}

QByteArrayView Route::restOf(QByteArrayView path) const
{
    return m_config.takesRest && takes(path) ? path.sliced(m_config.path.size()) : QByteArrayView();
}

profile::TemplateValues Route::valuesFor(QByteArrayView path) const
{
    profile::TemplateValues values;
    values.upstream = m_upstream;
    values.rest = restOf(path);
    values.now = wallNow();
    values.secrets = m_secrets.get();
    return values;
}

std::variant<QByteArray, StartError> Route::laneOf(const http::Request &request) const
{
    const LaneSource &source = m_config.lane;
    if (source.kind == LaneSource::Kind::Route)
        return name();
    if (source.kind == LaneSource::Kind::Client)
        return QByteArray(name() + '/' + hostOfPeer(request.peer).toByteArray());
    const profile::MessageView view = viewOf(partsOf(request));
    profile::MessageReader reader(view);
    const profile::Located located = reader.find(source.value);
    if (located.isMalformed())
        return StartError{Reason::BadRequest, u"The request cannot be read: %1."_s.arg(located.error)};
    if (!located.isFound() || located.text.isEmpty())
        return StartError{Reason::MissingAccount, u"There is nothing at %1, which names the account."_s.arg(
                                                      formatLocator(source.value))};
    QByteArray value = located.text;
    if (mayBeSecret(source.value.name) || value.size() > kMaxLaneValue || !isPrintable(value))
        value = QCryptographicHash::hash(value, QCryptographicHash::Sha256).first(kLaneHashBytes).toHex();
    return QByteArray(name() + '/' + value);
}

std::variant<StartRequest, StartError> Route::readRequest(const http::Request &request) const
{
    if (!hasProfile()) {
        auto parsed = parseStart(request.body);
        if (auto *start = std::get_if<StartRequest>(&parsed); start && !isUsual()) {
            start->account = name() + '/' + start->account;
            start->route = name();
        }
        return parsed;
    }
    auto lane = laneOf(request);
    if (auto *error = std::get_if<StartError>(&lane))
        return *error;
    StartRequest start;
    start.account = std::get<QByteArray>(lane);
    start.route = name();
    start.body = request.body;
    // Builds the start request as a check, so that the client gets an error now, and not when the lane sends
    // the start request.
    StartCall trial;
    if (auto error = writeStart(partsOf(request), start, kTrial, trial))
        return *std::move(error);
    return start;
}

std::vector<std::pair<QByteArray, QByteArray>> Route::travellingFields(const http::Request &request) const
{
    if (!hasProfile())
        return {};
    auto fields = profile::travellingHeaders(*m_config.profile, request.headers.all());
    if (const QByteArray type = request.headers.value("Content-Type"); !type.isEmpty())
        fields.emplace_back("Content-Type", type);
    return fields;
}

std::optional<StartError> Route::writeStart(const ClientRequest &client, const StartRequest &start,
                                            const StartValues &given, StartCall &call) const
{
    call.token = m_token;
    if (!hasProfile()) {
        call.body = given.token.isEmpty() ? start.body : renderStart(start, given.callbackUrl);
        if (isUsual())
            return std::nullopt;
        const QByteArrayView path = splitTarget(client.target).path;
        const QByteArrayView rest = restOf(path);
        call.url = m_upstream;
        if (!rest.isEmpty() && call.url.endsWith('/'))
            call.url.chop(1);
        call.url += rest;
        return authorise(valuesFor(path), call.headers) ? std::nullopt : std::optional(secretMissing());
    }
    const QByteArray uuid = m_usesUuid ? jobUuid(given.jobId) : QByteArray();
    const profile::MessageView view = viewOf(client);
    profile::TemplateValues values = valuesFor(view.path);
    values.callback = given.callbackUrl;
    values.token = given.token;
    values.uuid = uuid;
    auto built = buildStart(*m_config.profile, view, values);
    if (auto *error = std::get_if<StartError>(&built))
        return std::move(*error);
    auto &request = std::get<profile::OutgoingRequest>(built);
    if (!authorise(values, request.headers))
        return secretMissing();
    fill(std::move(request), call);
    call.readAnswer = answerReader(m_config.profile, m_upstream, uuid);
    return std::nullopt;
}

bool Route::cancelsFor(CancelReason reason) const
{
    if (!hasProfile() || !m_config.profile->cancel)
        return false;
    const profile::CancelOccasions when = m_config.profile->cancel->when;
    switch (reason) {
        case CancelReason::Delete:
            return when.testFlag(profile::CancelOccasion::Delete);
        case CancelReason::ClientGone:
            return when.testFlag(profile::CancelOccasion::ClientGone);
        case CancelReason::Deadline:
            return when.testFlag(profile::CancelOccasion::Deadline);
    }
    return false;
}

std::chrono::milliseconds Route::pauseBeforeAsking(int asked) const
{
    return profile::pauseBeforeAsking(*m_config.profile->status, asked);
}

bool Route::writeQuery(Query query, const ClientRequest &client, const QueryValues &given,
                       StartCall &call) const
{
    const profile::Profile &profile = *m_config.profile;
    const profile::RequestRule *rule = nullptr;
    if (query == Query::Cancel)
        rule = profile.cancel ? &profile.cancel->request : nullptr;
    else if (query == Query::Result)
        rule = fetchesResult() ? &*profile.status->result : nullptr;
    else
        rule = canBeAsked() ? &profile.status->request : nullptr;
    if (!rule)
        return false;
    const QByteArray uuid = m_usesUuid ? jobUuid(given.jobId) : QByteArray();
    const profile::MessageView view = viewOf(client);
    profile::TemplateValues values = valuesFor(view.path);
    values.job = given.upstreamId;
    values.location = given.location;
    values.uuid = uuid;
    auto built = buildRequest(profile, *rule, view, values);
    if (!std::holds_alternative<profile::OutgoingRequest>(built))
        return false;
    auto &request = std::get<profile::OutgoingRequest>(built);
    if (!authorise(values, request.headers))
        return false;
    fill(std::move(request), call);
    if (query == Query::Status)
        call.readAnswer = statusReader(m_config.profile);
    else if (query == Query::Result)
        call.readAnswer = resultReader(m_config.profile);
    else
        call.passThrough = true;
    call.readsEveryStatus = query != Query::Cancel;
    call.token = m_token;
    return true;
}

/// Sets the Authorization field, if the route has one. Returns false when its secret is missing; the service
/// has checked this when it started.
bool Route::authorise(const profile::TemplateValues &values, profile::HeaderFields &fields) const
{
    if (m_config.authorization.isEmpty())
        return true;
    auto value = m_config.authorization.render(values, profile::Template::Position::Header);
    if (!std::holds_alternative<QByteArray>(value))
        return false;
    profile::setHeader(fields, "Authorization", std::get<QByteArray>(value));
    return true;
}

bool Route::isRegistered() const
{
    return holdline::isRegistered(m_config);
}

bool Route::never4xx() const
{
    return hasProfile() && m_config.profile->callback && m_config.profile->callback->never4xx;
}

QByteArray Route::ownId(const QByteArray &jobId) const
{
    return hasProfile() && m_config.profile->start.made ? jobUuid(jobId) : QByteArray();
}

const profile::VerifyRule *Route::verifyRule() const
{
    const bool isVerified = hasProfile() && m_config.profile->callback && m_config.profile->callback->verify;
    return isVerified ? &*m_config.profile->callback->verify : nullptr;
}

Duration Route::replayAge() const
{
    const profile::VerifyRule *rule = verifyRule();
    if (!rule)
        return kReplayAge;
    const std::chrono::seconds tolerance = rule->tolerance;
    // A time of sending is accepted from `tolerance` in the future to `tolerance` in the past.
    return tolerance.count() > 0 ? 2 * tolerance : kReplayAge;
}

std::variant<CheckedCallback, RefusedCallback> Route::readCallback(const CallbackView &callback) const
{
    const auto malformed = [](const QString &text) {
        return RefusedCallback{Reason::CallbackMalformed, text};
    };
    const http::Request &request = callback.request;
    const profile::MessageView view = viewOf(callback);
    QByteArray replayKey;
    const bool isBelieved = m_config.insecureCallbacks || isTrusted(request);
    if (const profile::VerifyRule *rule = verifyRule(); rule && !isBelieved) {
        profile::VerificationContext context;
        context.peer = hostOfPeer(request.peer);
        context.url = callback.url;
        context.token = callback.token;
        context.now = callback.now.value_or(wallNow());
        context.secrets = m_secrets.get();
        context.keySet = callback.keys;
        auto verified = verifyCallback(*rule, view, context);
        if (const auto *forged = std::get_if<profile::Forged>(&verified))
            return RefusedCallback{Reason::CallbackUnauthorised, forged->text, forged->isKeyUnknown};
        replayKey = std::get<profile::Verified>(std::move(verified)).replayKey;
    }
    if (http::hasContentCoding(request.headers))
        return RefusedCallback{Reason::UnsupportedEncoding, http::contentCodingDetail()};
    const bool isMethod = hasProfile() ? takesMethod(*m_config.profile, request.method)
                                       : request.method == "POST" || request.method == "PUT";
    if (!isMethod)
        return malformed(u"This API does not call back by %1."_s.arg(QString::fromLatin1(request.method)));
    if (!hasProfile()) {
        auto parsed = parseJobMessage(request.body);
        if (const auto *error = std::get_if<QString>(&parsed))
            return malformed(*error);
        return CheckedCallback{std::get<JobMessage>(std::move(parsed))};
    }
    auto reading = profile::readCallback(*m_config.profile, view);
    if (const auto *error = std::get_if<QString>(&reading))
        return malformed(*error);
    auto &state = std::get<profile::StateReading>(reading);
    return CheckedCallback{
        {std::move(state.job), std::move(state.state), state.report, state.mustAsk, state.isKnown},
        std::move(replayKey)};
}

JobResult Route::resultOf(const JobMessage &message, const CallbackView &callback) const
{
    if (!hasProfile())
        return {message.id, callback.request.headers.value("Content-Type"), callback.request.body};
    const profile::ProfileAnswer answer = clientAnswer(*m_config.profile, message.report, viewOf(callback));
    return {message.id, answer.contentType, answer.body, answer.status};
}

http::Response Route::callbackAnswer(http::Response usual) const
{
    if (!hasProfile())
        return usual;
    const profile::ProfileAnswer answer = profile::callbackAnswer(*m_config.profile, usual.status);
    // When the profile keeps the status of a refusal, the sender also gets the reason.
    if (answer.status == usual.status && usual.status >= 400)
        return usual;
    http::Response response;
    response.status = answer.status;
    response.body = answer.body;
    if (!answer.contentType.isEmpty())
        response.headers.append("Content-Type", answer.contentType);
    if (answer.status == 503)
        response.headers.append("Retry-After", "1");
    return response;
}

}  // namespace holdline
