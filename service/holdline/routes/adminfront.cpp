// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/routes/adminfront.h"

#include "core/telemetry/prometheustext.h"
#include "service/holdline/routes/deadletterroutes.h"
#include "service/holdline/routes/jsonresponse.h"

#include <QJsonArray>
#include <QJsonObject>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// An operator and a metrics scraper need only few, short-lived connections.
http::Limits adminLimits(int maxConnections)
{
    http::Limits limits;
    limits.maxConnections = maxConnections;
    limits.reservedConnections = 0;
    limits.backlog = 64;
    limits.maxBodyBytes = 4 * 1024;
    return limits;
}

http::Response reply(const QByteArray &contentType, QByteArray body)
{
    return {200, {{"Content-Type", contentType}, {"Cache-Control", "no-store"}}, std::move(body), false};
}

http::Response drainingReply()
{
    return jsonResponse(503, {{u"ready"_s, false}, {u"reasons"_s, QJsonArray{name(Reason::Draining)}}});
}

http::Response readiness(const std::vector<Degradation> &degraded, bool isReadyWhenDegraded)
{
    if (degraded.empty())
        return jsonResponse(200, {{u"ready"_s, true}});
    QJsonArray codes;
    QJsonArray details;
    for (const Degradation &one : degraded) {
        // An open circuit does not make this instance unready: other instances cannot reach the upstream
        // either, so requests need not go to them.
        if (!isReadyWhenDegraded && one.reason != Reason::CircuitOpen)
            codes.append(name(one.reason));
        details.append(QJsonObject{{u"code"_s, name(one.reason)}, {u"detail"_s, one.detail}});
    }
    const bool isReady = codes.isEmpty();
    QJsonObject answer{{u"ready"_s, isReady}, {u"degraded"_s, details}};
    if (!isReady)
        answer.insert(u"reasons"_s, codes);
    return jsonResponse(isReady ? 200 : 503, answer);
}

}  // namespace

AdminFront::AdminFront(AdminSource source, DeadLetterService &deadLetters, int maxConnections,
                       QObject *parent)
    : QObject(parent), m_source(std::move(source)), m_server(adminLimits(maxConnections))
{
    const auto get = [this](const QByteArray &path, std::function<http::Response()> answer) {
        m_server.route(
            "GET", path,
            [answer = std::move(answer)](const http::Request &, std::unique_ptr<Exchange> exchange) {
                exchange->answer(answer());
            });
    };
    get("/livez", [] { return reply("text/plain; charset=utf-8", "ok\n"); });
    m_server.route("GET", "/readyz", [this](const http::Request &, std::unique_ptr<Exchange> exchange) {
        if (m_source.isDraining())
            return exchange->answer(drainingReply());
        m_source.degraded([this, exchange = std::shared_ptr(std::move(exchange))](const auto &degraded) {
            exchange->answer(readiness(degraded, m_source.isReadyWhenDegraded()));
        });
    });
    get("/version", [] {
        return jsonResponse(200, {{u"name"_s, u"holdline"_s},
                                  {u"version"_s, QStringLiteral(HOLDLINE_VERSION)},
                                  {u"qt"_s, QString::fromLatin1(qVersion())}});
    });
    m_server.route("GET", "/metrics", [this](const http::Request &, std::unique_ptr<Exchange> exchange) {
        // std::function needs a copyable callable, so the exchange is shared.
        m_source.metrics([exchange = std::shared_ptr(std::move(exchange))](const QByteArray &page) {
            exchange->answer(reply(PrometheusText::kContentType, page));
        });
    });
    addDeadLetterRoutes(m_server, deadLetters);
}

}  // namespace holdline
