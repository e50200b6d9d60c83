// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/shardrouter.h"

#include "core/base/urlpath.h"
#include "core/httpvalues/prefer.h"
#include "core/job/admission.h"
#include "core/job/jobid.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/holdline/shards/recoveredjobs.h"
#include "service/http/contentcoding.h"
#include "service/http/problemresponse.h"

namespace holdline {

namespace {

/// Reads a start request with the route of its path. A request without a route came to one of the usual
/// paths.
std::variant<StartRequest, StartError> parse(const http::Request &request, const RouteTable &routes)
{
    if (http::hasContentCoding(request.headers))
        return StartError{Reason::UnsupportedEncoding, http::contentCodingDetail()};
    const Route *route = routes.find(request.path());
    return (route ? *route : routes.usual()).readRequest(request);
}

/// The token in a callback's path, and the rest of the path after it.
struct CallbackPath
{
    QByteArrayView token;
    QByteArrayView suffix;
};

/// Returns the first segment that has the form of a token, or else the last segment.
CallbackPath splitCallback(QByteArrayView path)
{
    for (qsizetype at = 0; at >= 0; at = path.indexOf('/', at)) {
        const qsizetype end = path.indexOf('/', ++at);
        const QByteArrayView segment = path.sliced(at, (end < 0 ? path.size() : end) - at);
        if (CallbackToken::fromText(segment))
            return {segment, end < 0 ? QByteArrayView() : path.sliced(end + 1)};
    }
    return {lastSegment(path), {}};
}

}  // namespace

ShardRouter::ShardRouter(JobCoordinator &coordinator, ShardContext context, QObject *parent)
    : QObject(parent),
      m_coordinator(coordinator),
      m_context(std::move(context)),
      m_remotes(m_context.boxes.size())
{
    m_coordinator.registered().setForward([this](const RegisteredJobs::Place &place,
                                                 RegisteredCallback callback,
                                                 std::unique_ptr<Exchange> exchange) {
        forward(place.shard, {{}, place.key, std::move(callback)}, std::move(exchange));
    });
}

ShardRouter::~ShardRouter()
{
    m_coordinator.registered().setForward({});
    for (const auto &remotes : m_remotes) {
        for (const auto &[number, remote] : remotes)
            remote->detach();
    }
}

void ShardRouter::start(const http::Request &request, std::unique_ptr<Exchange> exchange)
{
    auto parsed = parse(request, m_coordinator.routes());
    auto *start = std::get_if<StartRequest>(&parsed);
    const int target = start ? m_context.accountShards.of(start->account) : m_context.index;
    if (start && !start->route.isEmpty())
        exchange = keptAlive(request, *start, std::move(exchange));
    if (target == m_context.index) {
        m_coordinator.hold(request, std::move(parsed), std::move(exchange));
        return;
    }
    const CorrelationId id = addForwarded(target, std::move(exchange));
    if (post(target, StartMessage{id, request, std::move(*start)})) {
        Q_EMIT startForwarded();
    } else {
        const Problem problem = drainingProblem(std::chrono::seconds(1));
        refuse(id, problem);
        Q_EMIT requestRefused(request, problem);
    }
}

std::unique_ptr<Exchange> ShardRouter::keptAlive(const http::Request &request, const StartRequest &start,
                                                 std::unique_ptr<Exchange> exchange)
{
    const Route *route = m_coordinator.routes().byName(start.route);
    const auto interval = route ? route->keepAlive() : std::chrono::milliseconds(0);
    // A client that prefers a 202 needs the status and the Location field, so its answer must not begin early
    // with 200.
    if (interval.count() == 0 ||
        parsePrefer(request.headers.combined("Prefer").value_or(QByteArray())).respondAsync)
        return exchange;
    return m_keepAlives.wrap(std::move(exchange), interval);
}

void ShardRouter::callback(const http::Request &request, std::unique_ptr<Exchange> exchange)
{
    if (const auto address = registeredAddress(m_coordinator.routes(), m_callbackPaths, request.path())) {
        m_coordinator.registered().receive(*address->route, address->suffix, request, std::move(exchange));
        return;
    }
    const auto [text, suffix] = splitCallback(request.path());
    // A token without a valid shard is unknown in every shard, so this shard handles it.
    int target = m_context.index;
    if (m_context.accountShards.count() > 1) {
        const auto token = CallbackToken::fromText(text);
        if (token && token->shard < m_context.accountShards.count())
            target = token->shard;
        if (token && m_context.recovered) {
            if (const auto moved = m_context.recovered->ofToken(text.toByteArray()))
                target = *moved;
        }
    }
    if (target == m_context.index) {
        m_coordinator.callback(text, request, std::move(exchange), suffix);
        return;
    }
    const CorrelationId id = addForwarded(target, std::move(exchange));
    if (post(target, CallbackDelivery{id, text.toByteArray(), suffix.toByteArray(), request}))
        Q_EMIT callbackForwarded();
    else
        refuse(id, drainingProblem(std::chrono::seconds(1)));
}

void ShardRouter::forward(int shard, RegisteredDelivery delivery, std::unique_ptr<Exchange> exchange)
{
    const CorrelationId id = addForwarded(shard, std::move(exchange));
    delivery.id = id;
    if (post(shard, std::move(delivery)))
        Q_EMIT callbackForwarded();
    else
        refuse(id, drainingProblem(std::chrono::seconds(1)));
}

RequestHandler ShardRouter::startHandler()
{
    return [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
        start(request, std::move(exchange));
    };
}

RequestHandler ShardRouter::callbackHandler()
{
    return [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
        callback(request, std::move(exchange));
    };
}

CorrelationId ShardRouter::addForwarded(int shard, std::unique_ptr<Exchange> exchange)
{
    const CorrelationId id{m_context.index, ++m_lastCorrelation};
    connect(exchange.get(), &Exchange::clientGone, this, [this, id] {
        auto node = m_forwarded.extract(id.number);
        // The exchange is emitting the signal that runs this slot.
        node.mapped().exchange.release()->deleteLater();
        post(node.mapped().shard, ClientGoneMessage{id});
    });
    m_forwarded.emplace(id.number, ForwardedRequest{std::move(exchange), shard});
    return id;
}

bool ShardRouter::post(int shard, ShardMessage message)
{
    return m_context.boxes[static_cast<std::size_t>(shard)]->post(std::move(message));
}

void ShardRouter::refuse(CorrelationId id, const Problem &problem)
{
    receive(ResponseMessage{id, http::problemResponse(problem)});
}

void ShardRouter::receive(StartMessage &&message)
{
    m_coordinator.hold(message.request, std::move(message.start), makeRemoteExchange(message.id));
}

std::unique_ptr<Exchange> ShardRouter::makeRemoteExchange(CorrelationId id)
{
    auto exchange = std::make_unique<RemoteExchange>(static_cast<RemoteResponseSink &>(*this), id);
    m_remotes[static_cast<std::size_t>(id.from)].emplace(id.number, exchange.get());
    return exchange;
}

void ShardRouter::receive(CallbackDelivery &&message)
{
    m_coordinator.callback(message.token, message.request, makeRemoteExchange(message.id), message.suffix);
}

void ShardRouter::receive(RegisteredDelivery &&message)
{
    m_coordinator.registered().take(message.job, std::move(message.callback), makeRemoteExchange(message.id));
}

void ShardRouter::receive(ClientGoneMessage &&message)
{
    auto &remotes = m_remotes[static_cast<std::size_t>(message.id.from)];
    const auto found = remotes.find(message.id.number);
    if (found == remotes.end())
        return;
    RemoteExchange *remote = found->second;
    remotes.erase(found);
    remote->leave();
}

void ShardRouter::receive(ResponseMessage &&message)
{
    const auto forwarded = m_forwarded.extract(message.id.number);
    if (!forwarded)
        return;  // the client closed its connection while the answer was on its way
    forwarded.mapped().exchange->answer(message.response);
}

void ShardRouter::answered(RemoteExchange &exchange, const http::Response &response)
{
    const CorrelationId id = exchange.id();
    m_remotes[static_cast<std::size_t>(id.from)].erase(id.number);
    post(id.from, ResponseMessage{id, response});
}

}  // namespace holdline
