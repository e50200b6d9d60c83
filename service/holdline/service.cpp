// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/service.h"

#include "core/config/values.h"
#include "core/eventloop/descriptorlimit.h"
#include "core/telemetry/logging.h"
#include "service/holdline/bridge.h"
#include "service/holdline/descriptorbudget.h"
#include "service/holdline/http/adminfront.h"
#include "service/holdline/http/httpfront.h"
#include "service/holdline/recorder.h"
#include "service/holdline/upstream/upstreamclient.h"
#include "service/holdline/upstream/upstreammanager.h"

#include <QTimer>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// How long the last answers may take to reach their clients before the process goes.
constexpr auto kLeaveTime = std::chrono::seconds(2);

http::Limits frontLimits(const Config &config, const DescriptorBudget &budget)
{
    http::Limits limits;
    limits.maxConnections = budget.clients;
    limits.reservedConnections = budget.callbacks;
    limits.maxTargetBytes = config.limits.targetBytes;
    limits.maxHeadBytes = config.limits.headBytes;
    limits.maxFields = config.limits.headFields;
    limits.maxBodyBytes = config.limits.bodyBytes;
    limits.headTimeout = config.limits.headTimeout;
    limits.bodyTimeout = config.limits.bodyTimeout;
    limits.idleTimeout = config.limits.idleTimeout;
    limits.writeTimeout = config.limits.writeTimeout;
    return limits;
}

PoolOptions poolOptions(const Config &config, const DescriptorBudget &budget)
{
    PoolOptions options;
    options.maxConnections = budget.upstream;
    options.maxQueued = std::max(config.lanes.startsInFlight, 1);
    options.scope = config.upstream.connectionScope;
    options.connectTimeout = config.upstream.connectTimeout;
    options.idleTimeout = config.upstream.idleTimeout;
    options.maxAnswerBytes = config.upstream.maxAnswerBytes;
    return options;
}

UpstreamClient::Limits upstreamLimits(const Config &config)
{
    UpstreamClient::Limits limits;
    limits.maxAnswerBytes = config.upstream.maxAnswerBytes;
    return limits;
}

QByteArray callbackBase(const Config &config, quint16 port)
{
    if (!config.server.callbackUrl.isEmpty())
        return config.server.callbackUrl.toEncoded(QUrl::StripTrailingSlash);
    const QString &host = config.server.listen.host;
    const QString authority = host.contains(u':') ? u"["_s + host + u"]"_s : host;
    return u"http://%1:%2/callback"_s.arg(authority, QString::number(port)).toLatin1();
}

QByteArray callbackPath(const Config &config)
{
    const QByteArray path = config.server.callbackUrl.path(QUrl::FullyEncoded).toLatin1();
    return path.isEmpty() || path == "/" ? QByteArray("/callback") : path;
}

}  // namespace

/// Members in order of construction; they are destroyed the other way round: first the fronts (and with them
/// every socket), then the recorder, the coordinator with what is held, the transport last.
class Service::Private
{
public:
    Private(const Config &initial, LogSink &sink)
        : config(initial),
          budget(shareDescriptors(initial, raiseDescriptorLimit())),
          transport(initial.upstream.transport, poolOptions(initial, budget)),
          upstream(transport.manager(), initial.upstream.url, upstreamLimits(initial)),
          bridge(initial, callbackBase(initial, initial.server.listen.port), upstream),
          recorder(sink, initial, bridge)
    {
    }

    QStringList notReady() const
    {
        QStringList reasons;
        if (bridge.isDraining())
            reasons << u"draining"_s;
        return reasons;
    }

    QByteArray metrics()
    {
        Gauges gauges;
        gauges.clientConnections = front->gate().connectionCount();
        gauges.upstreamConnections = transport.connectionCount();
        gauges.startedAt = startedAt;
        return recorder.metrics(gauges);
    }

    bool listen(http::Gate &gate, const ListenAddress &address, const QString &what)
    {
        if (gate.listen(QHostAddress(address.host), address.port))
            return true;
        error = u"cannot listen for %1 on %2: %3"_s.arg(
            what, u"%1:%2"_s.arg(address.host, QString::number(address.port)), gate.errorString());
        return false;
    }

    void logAddresses() const
    {
        const auto at = [](const ListenAddress &address, const http::Gate &gate) {
            return formatListenAddress({address.host, gate.port()});
        };
        QString text = u"listening for clients on "_s + at(config.server.listen, front->gate());
        if (admin)
            text += u", for administration on "_s + at(config.server.adminListen, admin->gate());
        text += u"; callbacks are to come to "_s +
                QString::fromLatin1(callbackBase(config, front->gate().port()));
        qCInfo(lcService).noquote() << text;
    }

    Config config;
    DescriptorBudget budget;
    QString error;
    const std::chrono::system_clock::time_point startedAt = std::chrono::system_clock::now();
    UpstreamManager transport;
    UpstreamClient upstream;
    Bridge bridge;
    Recorder recorder;
    std::unique_ptr<AdminFront> admin;
    std::unique_ptr<HttpFront> front;
};

Service::Service(const Config &config, LogSink &sink, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(config, sink))
{
    connect(&d->bridge, &Bridge::drained, this, &Service::leave);
}

/// Nothing is held any more; what is still on its way out of the sockets gets a moment.
void Service::leave()
{
    http::Gate &gate = d->front->gate();
    gate.stopListening();
    connect(&gate, &http::Gate::connectionClosed, this, [this, &gate] {
        if (gate.connectionCount() == 0)
            Q_EMIT finished();
    });
    QTimer::singleShot(gate.connectionCount() == 0 ? std::chrono::seconds(0) : kLeaveTime, this,
                       &Service::finished);
    gate.closeIdle();
}

Service::~Service() = default;

bool Service::start()
{
    d->front =
        std::make_unique<HttpFront>(frontLimits(d->config, d->budget), callbackPath(d->config), d->bridge);
    if (!d->listen(d->front->gate(), d->config.server.listen, u"clients"_s))
        return false;
    d->bridge.reload(d->config, callbackBase(d->config, port()));
    d->recorder.watch(*d->front);

    if (!d->config.server.adminListen.isOff()) {
        d->admin = std::make_unique<AdminFront>(
            AdminSource{[this] { return d->notReady(); }, [this] { return d->metrics(); }}, d->budget.admin);
        if (!d->listen(d->admin->gate(), d->config.server.adminListen, u"administration"_s))
            return false;
    }
    if (d->budget.shrunk)
        qCWarning(lcService)
            << "the limit on open files allows only" << d->budget.clients << "clients," << d->budget.callbacks
            << "callback and" << d->budget.upstream
            << "upstream connections; raise it (ulimit -n, LimitNOFILE=) to have those configured";
    d->logAddresses();
    return true;
}

QString Service::errorString() const
{
    return d->error;
}

quint16 Service::port() const
{
    return d->front ? d->front->gate().port() : 0;
}

quint16 Service::adminPort() const
{
    return d->admin ? d->admin->gate().port() : 0;
}

int Service::heldCount() const
{
    return d->bridge.jobs().heldCount();
}

void Service::reload(const Config &config)
{
    d->config = config;
    d->budget = shareDescriptors(config, raiseDescriptorLimit());
    d->transport.setOptions(poolOptions(config, d->budget));
    d->upstream.setUrl(config.upstream.url);
    d->upstream.setLimits(upstreamLimits(config));
    d->front->gate().setLimits(frontLimits(config, d->budget));
    d->bridge.reload(config, callbackBase(config, port()));
    d->recorder.setConfig(config);
    d->recorder.countReload(true);
}

void Service::countRefusedReload()
{
    d->recorder.countReload(false);
}

void Service::drain()
{
    if (d->bridge.isDraining())
        return;
    qCInfo(lcService) << "draining:" << heldCount() << "requests held";
    d->bridge.drain(d->config.hold.drainTimeout);
}

void Service::stop()
{
    Q_EMIT finished();
}

}  // namespace holdline
