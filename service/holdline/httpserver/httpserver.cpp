// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/httpserver/httpserver.h"

#include "core/base/appendall.h"
#include "core/base/urlpath.h"
#include "service/holdline/httpserver/pendingresponse.h"
#include "service/holdline/httpserver/qtcompat.h"
#include "service/holdline/httpserver/virtualsocket.h"
#include "service/http/problemresponse.h"

#include <QHttpServer>
#include <QHttpServerRequest>
#include <QRegularExpression>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace holdline {

using namespace Qt::StringLiterals;
using http::ExchangeId;
using qtcompat::ResponderArgument;

namespace {

constexpr int kLinkBase = 36;
constexpr QLatin1StringView kArgument = "<arg>"_L1;
/// The most free virtual sockets that are kept for later requests.
constexpr std::size_t kSpareSockets = 64;

/// The router's path for all requests that no route of route() can take, escaped and as a pattern. It is the
/// first pattern, so such a request is not compared with each route. No route has this path, because in a
/// route's path digits follow each percent sign.
constexpr QByteArrayView kOtherPath = "/%25%25";
constexpr QLatin1StringView kOtherPattern = "^/%%$"_L1;

/// Appends the path for QHttpServer's router. Escapes `%` once more. Replaces a segment longer than any
/// literal segment of a route by a single percent sign. Such a segment can only match an `<arg>`, whose text
/// the router does not need. No route has such a segment, because in a route's path digits follow each
/// percent sign.
void appendRoutablePath(QByteArray &out, QByteArrayView path, qsizetype longestLiteral)
{
    while (!path.isEmpty()) {
        const qsizetype slash = path.indexOf('/', 1);
        const QByteArrayView segment = slash < 0 ? path : path.first(slash);
        if (segment.size() > longestLiteral)
            out.append("/%25");
        else if (segment.contains('%'))
            out.append(segment.toByteArray().replace('%', "%25"));
        else
            out.append(segment);
        path = path.sliced(segment.size());
    }
}

/// Makes the request for QHttpServer: a path for the router and a query with the exchange's id. The request
/// is short, because QHttpServer reads byte by byte. The host "h" stops QHttpServer from reading a host name
/// from a path that starts with two slashes.
QByteArray canonicalRequest(ExchangeId exchange, const http::Request &request, bool mayHaveRoute,
                            qsizetype longestLiteral)
{
    const QByteArrayView path = request.path();
    QByteArray bytes;
    bytes.reserve(path.size() + 64);
    appendAll(bytes, request.method, " //h");
    if (mayHaveRoute)
        appendRoutablePath(bytes, path, longestLiteral);
    else
        bytes.append(kOtherPath);
    appendAll(bytes, "?", QByteArray::number(exchange, kLinkBase), " HTTP/1.1\r\n\r\n");
    return bytes;
}

ExchangeId linkedExchange(const QHttpServerRequest &routed)
{
    return routed.url().query().toULongLong(nullptr, kLinkBase);
}

/// Returns the pattern of a path for QHttpServer, which is a regular expression with `<arg>` in it.
QString patternOf(const QByteArray &path)
{
    QStringList literals;
    for (const QString &literal : QString::fromLatin1(path).split(kArgument))
        literals.append(QRegularExpression::escape(literal));
    // Without `^` and `$`, QHttpServer would treat a path that ends in an escaped `$` as a prefix.
    return u'^' + literals.join(kArgument) + u'$';
}

/// Returns the request without the last slash of its path, or nothing when there is no such slash.
std::optional<http::Request> withoutLastSlash(const http::Request &request)
{
    if (!hasLastSlash(request.path()))
        return std::nullopt;
    http::Request shorter = request;
    shorter.target = holdline::withoutLastSlash(request.target);
    return shorter;
}

/// The handlers of one path by method.
struct Route
{
    struct Handler
    {
        RequestHandler handle;
        HttpServer::Guard guard;  ///< may be empty

        bool takes(const http::Request &request) const { return !guard || guard(request); }
    };
    std::map<QByteArray, Handler> handlers;

    const RequestHandler *find(const http::Request &request) const
    {
        auto found = handlers.find(request.method);
        if (found == handlers.end() && request.method == "HEAD")
            found = handlers.find("GET");
        return found == handlers.end() || !found->second.takes(request) ? nullptr : &found->second.handle;
    }

    /// True when the guard of at least one method accepts the request.
    bool takes(const http::Request &request) const
    {
        return std::any_of(handlers.begin(), handlers.end(),
                           [&request](const auto &one) { return one.second.takes(request); });
    }

    QByteArray allow(const http::Request &request) const
    {
        QByteArray all;
        for (const auto &[method, handler] : handlers) {
            if (!handler.takes(request))
                continue;
            all += method + ", ";
            if (method == "GET" && !handlers.contains("HEAD"))
                all += "HEAD, ";
        }
        return handlers.contains("OPTIONS") ? all.chopped(2) : all + "OPTIONS";
    }
};

}  // namespace

class HttpServer::Private final : public ResponseSink
{
public:
    Private(HttpServer &server, const http::Limits &limits);
    ~Private() override;

    void finish(PendingResponse &exchange, const http::Response &response) override;
    bool begin(PendingResponse &exchange, const http::Response &response) override;
    bool write(PendingResponse &exchange, const QByteArray &piece) override;
    void end(PendingResponse &exchange, const QByteArray &last) override;
    void cut(PendingResponse &exchange) override;
    void dispose(HeldResponder &&responder) override;

    void addToRouter(const QByteArray &path, const Route *route);

    http::HttpListener m_listener;
    std::map<QByteArray, Route> m_routes;
    ChangingRoutes m_changing;

private:
    void received(ExchangeId id, const http::Request &received);
    void aborted(ExchangeId id);
    VirtualSocket *takeSocket();
    void giveBack(VirtualSocket *socket);
    void clearSpent();
    bool mayHaveRoute(QByteArrayView path) const;
    void dispatch(const Route *route, const QHttpServerRequest &routed, QHttpServerResponder &&responder);
    template <typename... Segments>
    void addPattern(const QString &pattern, const Route *route);

    void refuse(PendingResponse &exchange, const http::Request &request, const Problem &problem,
                const QByteArray &allow = {});
    void refuseMethod(std::unique_ptr<PendingResponse> exchange, const http::Request &request,
                      const QByteArray &allow);

    HttpServer &m_server;
    QHttpServer m_http;
    VirtualServer *m_virtual;  ///< owned by m_http once bound
    /// What a path begins with that a route may take: the route's path up to its first `<arg>`.
    struct Beginning
    {
        QByteArray text;
        bool isWhole = false;  ///< the route has no `<arg>`
    };
    std::vector<Beginning> m_beginnings;
    qsizetype m_longestLiteral = 0;  ///< length of the longest literal segment of all routes, with its slash
    std::vector<VirtualSocket *> m_spareSockets;
    std::unordered_map<ExchangeId, PendingResponse *> m_open;

    /// The request that QHttpServer is routing now.
    struct Current
    {
        ExchangeId id;
        const http::Request &request;   ///< without the slash at the end of its path
        const http::Request &received;  ///< the request as received
        VirtualSocket &socket;
    };
    const Current *m_current = nullptr;
    bool m_feeding = false;
    std::vector<HeldResponder> m_spent;  ///< responders to destroy after QHttpServer's call has returned
};

HttpServer::Private::Private(HttpServer &server, const http::Limits &limits)
    : m_listener(limits), m_server(server), m_virtual(new VirtualServer)
{
    m_virtual->setParent(&m_http);
    m_virtual->bindBy([this](QTcpServer *tcp) { m_http.bind(tcp); });
    qtcompat::setMissingHandler(m_http, &m_http,
                                [this](const QHttpServerRequest &request, ResponderArgument responder) {
                                    dispatch(nullptr, request, std::move(responder));
                                });
    addPattern<>(kOtherPattern, nullptr);
    QObject::connect(&m_listener, &http::HttpListener::requestReceived, &m_http,
                     [this](ExchangeId id, const http::Request &request) { received(id, request); });
    QObject::connect(&m_listener, &http::HttpListener::exchangeAborted, &m_http,
                     [this](ExchangeId id) { aborted(id); });
}

HttpServer::Private::~Private()
{
    for (const auto &[id, exchange] : m_open)
        exchange->detach();
}

void HttpServer::Private::received(ExchangeId id, const http::Request &received)
{
    const auto shorter = withoutLastSlash(received);
    const http::Request &request = shorter ? *shorter : received;
    VirtualSocket *const socket = takeSocket();
    const Current current{id, request, received, *socket};
    m_current = &current;
    m_feeding = true;
    socket->feed(canonicalRequest(id, request, mayHaveRoute(request.path()), m_longestLiteral));
    m_feeding = false;
    const bool wasRouted = m_current == nullptr;
    m_current = nullptr;
    if (!wasRouted)
        socket->retire();  // QHttpServer has not read the request to its end
    else if (qtcompat::kResponderNeedsSocket)
        socket->freeReadBuffer();  // the socket may get no request for a long time
    else
        giveBack(socket);
    clearSpent();
    if (!wasRouted)
        m_listener.respond(id, http::problemResponse({Reason::InternalError, {}, {}, {}}));
}

bool HttpServer::Private::mayHaveRoute(QByteArrayView path) const
{
    return std::any_of(m_beginnings.begin(), m_beginnings.end(), [path](const Beginning &one) {
        return one.isWhole ? path == one.text : path.startsWith(one.text);
    });
}

VirtualSocket *HttpServer::Private::takeSocket()
{
    if (m_spareSockets.empty())
        return m_virtual->open();
    VirtualSocket *socket = m_spareSockets.back();
    m_spareSockets.pop_back();
    return socket;
}

void HttpServer::Private::giveBack(VirtualSocket *socket)
{
    if (m_spareSockets.size() < kSpareSockets)
        m_spareSockets.push_back(socket);
    else
        socket->retire();
}

void HttpServer::Private::clearSpent()
{
    for (HeldResponder &spent : std::exchange(m_spent, {})) {
        VirtualSocket *const socket = spent.socket;
        {
            const QHttpServerResponder dying = std::move(spent.responder);
        }
        if (socket)
            giveBack(socket);
    }
}

void HttpServer::Private::dispatch(const Route *route, const QHttpServerRequest &routed,
                                   QHttpServerResponder &&responder)
{
    if (!m_current || linkedExchange(routed) != m_current->id) {
        m_spent.push_back({std::move(responder), nullptr});
        return;
    }
    const Current current = *std::exchange(m_current, nullptr);
    const http::Request &request = current.request;
    VirtualSocket *const held = qtcompat::kResponderNeedsSocket ? &current.socket : nullptr;
    auto exchange =
        std::make_unique<PendingResponse>(*this, current.id, HeldResponder{std::move(responder), held});
    m_open.emplace(current.id, exchange.get());

    if (route && route->takes(request)) {
        if (const RequestHandler *handler = route->find(request))
            (*handler)(request, std::move(exchange));
        else
            refuseMethod(std::move(exchange), request, route->allow(request));
        return;
    }
    QByteArrayList methods = m_changing.methods ? m_changing.methods(request.path()) : QByteArrayList();
    if (methods.isEmpty())
        refuse(*exchange, request, {Reason::NotFound, u"Nothing is served at this path."_s, {}, {}});
    else if (methods.contains(request.method))
        m_changing.handler(current.received, std::move(exchange));
    else
        refuseMethod(std::move(exchange), request, (methods << "OPTIONS").join(", "));
}

void HttpServer::Private::refuseMethod(std::unique_ptr<PendingResponse> exchange,
                                       const http::Request &request, const QByteArray &allow)
{
    if (request.method == "OPTIONS") {
        exchange->answer({204, {{"Allow", allow}}, {}, false});
        return;
    }
    refuse(
        *exchange, request,
        {Reason::MethodNotAllowed, u"This path supports only %1."_s.arg(QString::fromLatin1(allow)), {}, {}},
        allow);
}

void HttpServer::Private::refuse(PendingResponse &exchange, const http::Request &request,
                                 const Problem &problem, const QByteArray &allow)
{
    http::Response response = http::problemResponse(problem);
    if (!allow.isEmpty())
        response.headers.append("Allow", allow);
    exchange.answer(response);
    Q_EMIT m_server.requestRefused(request, problem);
}

void HttpServer::Private::finish(PendingResponse &exchange, const http::Response &response)
{
    m_open.erase(exchange.id());
    m_listener.respond(exchange.id(), response);
}

bool HttpServer::Private::begin(PendingResponse &exchange, const http::Response &response)
{
    const bool wanted = m_listener.beginStream(exchange.id(), response);
    if (!wanted)
        m_open.erase(exchange.id());
    return wanted;
}

bool HttpServer::Private::write(PendingResponse &exchange, const QByteArray &piece)
{
    const bool wanted = m_listener.writeStream(exchange.id(), piece);
    if (!wanted)
        m_open.erase(exchange.id());
    return wanted;
}

void HttpServer::Private::end(PendingResponse &exchange, const QByteArray &last)
{
    m_open.erase(exchange.id());
    m_listener.endStream(exchange.id(), last);
}

void HttpServer::Private::cut(PendingResponse &exchange)
{
    m_open.erase(exchange.id());
    m_listener.reset(exchange.id());
}

void HttpServer::Private::dispose(HeldResponder &&responder)
{
    // No responder may be destroyed inside QHttpServer's own call. Otherwise QHttpServer 6.8 would connect to
    // the socket's signals once more each time.
    m_spent.push_back(std::move(responder));
    if (!m_feeding)
        clearSpent();
}

void HttpServer::Private::aborted(ExchangeId id)
{
    const auto found = m_open.find(id);
    if (found == m_open.end())
        return;
    PendingResponse *exchange = found->second;
    m_open.erase(found);
    exchange->leave();
}

void HttpServer::Private::addToRouter(const QByteArray &path, const Route *route)
{
    const qsizetype argument = path.indexOf(kArgument.data());
    m_beginnings.push_back({path.first(argument < 0 ? path.size() : argument), argument < 0});
    for (const QByteArray &segment : path.split('/'))
        m_longestLiteral = std::max(m_longestLiteral, segment.size() + 1);
    const QString pattern = patternOf(path);
    // QHttpServer derives the number of `<arg>` from the parameters of the handler. The values are in
    // Request::path().
    switch (pattern.count(kArgument)) {
        case 0:
            addPattern<>(pattern, route);
            break;
        case 1:
            addPattern<QString>(pattern, route);
            break;
        case 2:
            addPattern<QString, QString>(pattern, route);
            break;
        default:
            qFatal("A route can have two <arg> at most: %s", path.constData());
    }
}

template <typename... Segments>
void HttpServer::Private::addPattern(const QString &pattern, const Route *route)
{
    m_http.route(pattern, [this, route](const Segments &..., const QHttpServerRequest &request,
                                        ResponderArgument responder) {
        dispatch(route, request, std::move(responder));
    });
}

HttpServer::HttpServer(const http::Limits &limits, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(*this, limits))
{
}

HttpServer::~HttpServer() = default;

void HttpServer::route(const QByteArray &method, const QByteArray &path, RequestHandler handler, Guard guard)
{
    const auto [found, isNew] = d->m_routes.try_emplace(path);
    found->second.handlers.insert_or_assign(method, Route::Handler{std::move(handler), std::move(guard)});
    if (isNew)
        d->addToRouter(path, &found->second);
}

void HttpServer::setChangingRoutes(ChangingRoutes routes)
{
    d->m_changing = std::move(routes);
}

std::vector<std::pair<QByteArray, QByteArray>> HttpServer::routes() const
{
    std::vector<std::pair<QByteArray, QByteArray>> all;
    for (const auto &[path, route] : d->m_routes) {
        for (const auto &[method, handler] : route.handlers)
            all.emplace_back(method, path);
    }
    std::sort(all.begin(), all.end());
    return all;
}

http::HttpListener &HttpServer::listener()
{
    return d->m_listener;
}

}  // namespace holdline
