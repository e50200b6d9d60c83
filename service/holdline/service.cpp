// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/service.h"

#include "core/config/callbackaddress.h"
#include "core/config/values.h"
#include "core/eventloop/unixsignals.h"
#include "core/routing/registeredaddress.h"
#include "core/routing/routeset.h"
#include "core/telemetry/logging.h"
#include "service/holdline/deadletters/deadletterservice.h"
#include "service/holdline/monitorserver/monitorserver.h"
#include "service/holdline/routes/adminfront.h"
#include "service/holdline/shards/shardgroup.h"
#include "service/holdline/store/store.h"
#include "service/holdline/store/storelink.h"
#include "service/http/reservedaddress.h"

#include <QCoreApplication>
#include <QTimer>

#include <algorithm>
#include <ranges>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// The time for the last answers to reach their clients before the process ends.
constexpr auto kLeaveTime = std::chrono::seconds(2);

/// The most routes whose upstreams are named in the log when the service starts.
constexpr std::size_t kShownRoutes = 8;

/// Shows a URL without the parts that may hold secrets.
const QUrl::FormattingOptions kShownUrl = QUrl::RemoveUserInfo | QUrl::RemoveQuery;

/// Returns the addresses with the ports that the system chose.
std::vector<ListenAddress> withPorts(std::vector<ListenAddress> addresses, const std::vector<quint16> &ports)
{
    for (std::size_t i = 0; i < ports.size(); ++i)
        addresses[i].port = ports[i];
    return addresses;
}

QString listOf(const std::vector<ListenAddress> &addresses)
{
    return formatListenAddresses(addresses).replace(u","_s, u" and "_s);
}

/// Returns the default path of the monitor socket: in the runtime folder that systemd made for this service,
/// otherwise in the user's runtime folder. Empty when neither exists.
QString usualMonitorSocket()
{
    for (const char *name : {"RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"}) {
        const QString folder = qEnvironmentVariable(name).section(u':', 0, 0);
        if (!folder.isEmpty())
            return folder + u"/holdline.sock"_s;
    }
    return {};
}

}  // namespace

/// Members are in order of construction and are destroyed in reverse order.
class Service::Private
{
public:
    Private(const Config &initial, LogSink &sink)
        : config(initial),
          store(makeStore(initial.store, initial.hold.durable)),
          shards(initial, threadsFor(initial.server.threads, QThread::idealThreadCount()), *store, sink)
    {
    }

    void metrics(const std::function<void(const QByteArray &)> &answer)
    {
        shards.ask([this, answer](const ShardStatus &sum) {
            ShardStatus all = sum;
            all.counters.add(counters);
            all.gauges.startedAt = startedAt;
            all.gauges.logLinesLost += LogHandler::lost();
            storeLink->askStatus([all, answer](const StoreStatus &status) {
                answer(renderMetrics(all.counters, all.gauges, status));
            });
        });
    }

    /// Finds the reasons why requests are refused or wait. Asks the shards, because their requests show when
    /// the store does not answer.
    void findDegradation(const std::function<void(const std::vector<Degradation> &)> &answer)
    {
        shards.ask([this, answer](const ShardStatus &sum) {
            std::vector<Degradation> found;
            const QString why = storeLink->isAvailable() ? sum.storeError : storeLink->errorString();
            if (!why.isEmpty())
                found.push_back({Reason::StoreUnavailable, why});
            if (sum.gauges.durable >= config.hold.durable)
                found.push_back({Reason::Overloaded,
                                 u"%1 durable jobs have not ended, which is the limit (hold.promised)"_s.arg(
                                     sum.gauges.durable)});
            for (const auto &[upstream, state] : sum.gauges.circuits) {
                if (state != CircuitBreaker::State::Closed)
                    found.push_back({Reason::CircuitOpen, u"%1 fails, so the starts of its routes wait"_s.arg(
                                                              QString::fromUtf8(upstream))});
            }
            answer(found);
        });
    }

    /// Called when the store is open and the shards run.
    void openDeadLetterService()
    {
        storeLink = std::make_unique<StoreLink>(*store);
        // Operators use this machine or a tunnel to it, so 127.0.0.1 stands for "all addresses".
        const ListenAddress &listen = config.server.listen.front();
        const QString host = listen.isEveryAddress() ? u"127.0.0.1"_s : listen.host;
        const QString place = formatListenAddress({host, shards.ports().front()});
        deadLetters = std::make_unique<DeadLetterService>(
            *storeLink, DeadLetterService::Handlers{
                            [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                                shards.start(request, std::move(exchange));
                            },
                            [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                                shards.callback(request, std::move(exchange));
                            },
                            "http://" + place.toLatin1()});
    }

    /// Starts to listen, but does not accept connections yet: clients wait in the backlog while the store is
    /// read. A second service with the same addresses fails here, before it opens the store.
    bool reserveAddresses()
    {
        const auto reserve = [this](http::ReservedAddresses &at, const QString &what,
                                    const std::vector<ListenAddress> &addresses) {
            const auto keepAlive = std::chrono::ceil<std::chrono::seconds>(config.limits.keepAlive);
            for (const ListenAddress &address : addresses) {
                if (!at.listen(QHostAddress(address.host), address.port, keepAlive)) {
                    setError(what, formatListenAddress(address), at.errorString());
                    return false;
                }
            }
            return true;
        };
        return reserve(clientsAddresses, u"clients"_s, config.server.listen) &&
               reserve(adminAddresses, u"administration"_s, config.server.adminListen);
    }

    bool startShards()
    {
        if (shards.start(clientsAddresses))
            return true;
        setError(u"clients"_s, formatListenAddresses(config.server.listen), shards.errorString());
        return false;
    }

    bool listenForAdministration()
    {
        if (config.server.adminListen.empty())
            return true;
        AdminSource source{[this] { return draining; },
                           [this](const auto &answer) { findDegradation(answer); },
                           [this] { return config.server.whenDegraded == WhenDegraded::Ready; },
                           [this](const auto &answer) { metrics(answer); }};
        admin = std::make_unique<AdminFront>(std::move(source), *deadLetters, shards.budget().admin);
        bool listens = true;
        for (const qintptr descriptor : adminAddresses.take())
            listens = admin->listener().listenOn(descriptor) && listens;
        if (!listens)
            setError(u"administration"_s, formatListenAddresses(config.server.adminListen),
                     admin->listener().errorString());
        return listens;
    }

    /// A failure at the default path is only logged, because a second service may run on this machine.
    bool listenForMonitors()
    {
        const QString &wanted = config.server.monitorSocket;
        const bool isUsual = wanted == "auto"_L1;
        const QString path = isUsual ? usualMonitorSocket() : wanted;
        if (path.isEmpty() || path == "off"_L1) {
            noMonitors = path.isEmpty() ? u"neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is set"_s
                                        : u"it is switched off"_s;
            return true;
        }
        auto server = std::make_unique<monitor::MonitorServer>(shards, *storeLink, *deadLetters, facts());
        if (server->listen(path)) {
            monitors = std::move(server);
            return true;
        }
        const QString why = u"cannot listen for monitors at %1: %2"_s.arg(path, server->errorString());
        if (isUsual) {
            qCWarning(lcService).noquote() << why << "(the service runs without it, see --monitor-socket)";
            noMonitors = u"its address cannot be used"_s;
        } else {
            error = why;
        }
        return isUsual;
    }

    monitor::ServiceFacts facts() const
    {
        const auto at = std::chrono::floor<std::chrono::milliseconds>(startedAt);
        return {.version = HOLDLINE_VERSION,
                .qt = qVersion(),
                .pid = QCoreApplication::applicationPid(),
                .startedAt = at,
                .listen = formatListenAddresses(withPorts(config.server.listen, shards.ports())).toUtf8(),
                .upstream = config.upstream.url.toEncoded(kShownUrl),
                .callbackUrl = callbackAddress(config, shards.ports()).url,
                .deadline = config.hold.deadline,
                .drainTimeout = config.hold.drainTimeout,
                .heldLimit = config.hold.held,
                .startsPerAccount = config.lanes.startsPerAccount,
                .threads = shards.threads()};
    }

    void setError(const QString &what, const QString &place, const QString &why)
    {
        error = u"cannot listen for %1 on %2: %3"_s.arg(what, place, why);
    }

    /// Describes the addresses for clients, and says who can connect if that is not obvious.
    QString reach() const
    {
        const std::vector<ListenAddress> all = withPorts(config.server.listen, shards.ports());
        QString text = listOf(all);
        const auto isEvery = std::find_if(all.begin(), all.end(),
                                          [](const ListenAddress &one) { return one.isEveryAddress(); });
        if (isEvery != all.end())
            text += isEvery->host == "::"_L1 ? u" (every address of this machine)"_s
                                             : u" (every IPv4 address of this machine)"_s;
        else if (std::all_of(all.begin(), all.end(), [](const auto &one) { return one.isLoopback(); }))
            text += u" (this machine only; --listen [::]:%1 or PORT=%1 lets others connect)"_s.arg(
                all.front().port);
        return text;
    }

    /// Returns "http://a/start" or "http://a (route x), http://b (route y)", at most kShownRoutes of them.
    QString upstreamsText() const
    {
        if (!config.routes)
            return config.upstream.url.toString(kShownUrl);
        const auto &routes = config.routes->routes;
        QStringList texts;
        for (const RouteConfig &route : routes | std::views::take(kShownRoutes))
            texts +=
                u"%1 (route %2)"_s.arg(route.upstream.toString(kShownUrl), QString::fromUtf8(route.name));
        if (routes.size() > kShownRoutes)
            texts += u"and those of %1 other routes"_s.arg(routes.size() - kShownRoutes);
        return texts.join(u", "_s);
    }

    void logAddresses() const
    {
        QString text = u"listening for clients on "_s + reach();
        if (admin)
            text += u", for administration on "_s +
                    listOf(withPorts(config.server.adminListen, admin->listener().ports()));
        if (monitors)
            text += u", for monitors at "_s + monitors->path();
        else
            text += u"; no monitor socket, because "_s + noMonitors;
        if (shards.threads() > 1)
            text += u"; %1 threads"_s.arg(shards.threads());
        qCInfo(lcService).noquote() << text;
        text = u"jobs are started at %1; callbacks come to %2"_s.arg(
            upstreamsText(), QString::fromLatin1(callbackAddress(config, shards.ports()).url));
        if (store->errorString().isEmpty())
            text += u"; durable jobs are stored in "_s + store->path();
        qCInfo(lcService).noquote() << text;
        for (const QString &registered : registeredTexts(config, shards.ports()))
            qCInfo(lcService).noquote() << registered;
        if (shards.recoveredCount() > 0)
            qCInfo(lcService) << shards.recoveredCount()
                              << "unfinished jobs of the previous run were recovered";
    }

    Config config;
    QString error;
    QString noMonitors;  ///< why there is no socket for monitors
    bool draining = false;
    const std::chrono::system_clock::time_point startedAt = std::chrono::system_clock::now();
    Counters counters;  ///< counts events outside of the shards
    http::ReservedAddresses clientsAddresses;
    http::ReservedAddresses adminAddresses;
    /// Destroyed after all its users, so that their last writes are stored.
    std::unique_ptr<Store> store;
    ShardGroup shards;
    std::unique_ptr<StoreLink> storeLink;  ///< used by the main thread
    std::unique_ptr<DeadLetterService> deadLetters;
    std::unique_ptr<AdminFront> admin;
    std::unique_ptr<monitor::MonitorServer> monitors;
};

Service::Service(const Config &config, LogSink &sink, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(config, sink))
{
    connect(&d->shards, &ShardGroup::left, this, &Service::finished);
    // All requests are answered. Unsent bytes get kLeaveTime to reach their clients.
    connect(&d->shards, &ShardGroup::drained, this, [this] {
        QTimer::singleShot(kLeaveTime, this, &Service::finished);
        if (d->monitors)
            d->monitors->sendNow([this] { d->shards.leave(); });
        else
            d->shards.leave();
    });
}

Service::~Service() = default;

bool Service::start()
{
    if (!d->reserveAddresses())
        return false;
    // When the store cannot be opened, only durable jobs are refused. So the service still starts. open()
    // logs the error. A second termination signal ends the wait for a slow disk.
    d->store->open([] { return UnixSignals::waitingTerminations() > 1; });
    if (!d->startShards())
        return false;
    d->openDeadLetterService();
    if (!d->listenForAdministration() || !d->listenForMonitors())
        return false;
    if (d->monitors)
        connect(d->monitors.get(), &monitor::MonitorServer::drainAsked, this, &Service::drain);
    const DescriptorBudget &budget = d->shards.budget();
    if (budget.shrunk)
        qCWarning(lcService)
            << "the limit on open files allows only" << budget.clients << "clients," << budget.callbacks
            << "callback and" << budget.upstream
            << "upstream connections. Raise it (ulimit -n, LimitNOFILE=) to get the configured numbers.";
    d->logAddresses();
    return true;
}

QString Service::errorString() const
{
    return d->error;
}

quint16 Service::port() const
{
    const std::vector<quint16> all = ports();
    return all.empty() ? quint16(0) : all.front();
}

std::vector<quint16> Service::ports() const
{
    return d->shards.ports();
}

QString Service::monitorSocket() const
{
    return d->monitors ? d->monitors->path() : QString();
}

bool Service::isWatched() const
{
    return d->monitors && d->monitors->isWatching();
}

quint16 Service::adminPort() const
{
    return d->admin ? d->admin->listener().port() : 0;
}

void Service::reload(const Config &config)
{
    d->config = config;
    ++d->counters.reloads;
    if (d->monitors)
        d->monitors->setFacts(d->facts());
    d->shards.reload(config, [this](const ShardStatus &) { Q_EMIT reloaded(); });
}

void Service::countRefusedReload()
{
    ++d->counters.reloadsRefused;
}

void Service::stop()
{
    d->store->hurry();
    Q_EMIT finished();
}

void Service::drain()
{
    if (std::exchange(d->draining, true))
        return;
    d->shards.drain(d->config.hold.drainTimeout, [](const ShardStatus &sum) {
        qCInfo(lcService) << "draining:" << sum.gauges.held << "requests held";
    });
}

}  // namespace holdline
