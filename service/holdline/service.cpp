// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/service.h"

#include "core/config/values.h"
#include "core/telemetry/logging.h"
#include "service/holdline/http/adminfront.h"
#include "service/holdline/shardgroup.h"

#include <QTimer>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// How long the last answers may take to reach their clients before the process goes.
constexpr auto kLeaveTime = std::chrono::seconds(2);

}  // namespace

/// Members in order of construction; they are destroyed the other way round.
class Service::Private
{
public:
    Private(const Config &initial, LogSink &sink)
        : config(initial),
          shards(initial, threadsFor(initial.server.threads, QThread::idealThreadCount()), sink)
    {
    }

    QStringList notReady() const
    {
        QStringList reasons;
        if (draining)
            reasons << u"draining"_s;
        return reasons;
    }

    void metrics(const std::function<void(const QByteArray &)> &answer)
    {
        shards.ask([this, answer](const ShardStatus &sum) {
            ShardStatus all = sum;
            all.counters.add(counters);
            all.gauges.startedAt = startedAt;
            all.gauges.logLinesLost += LogHandler::lost();
            answer(renderMetrics(all.counters, all.gauges));
        });
    }

    bool listenForAdministration()
    {
        const ListenAddress &address = config.server.adminListen;
        if (address.isOff())
            return true;
        AdminSource source{[this] { return notReady(); }, [this](const auto &answer) { metrics(answer); }};
        admin = std::make_unique<AdminFront>(std::move(source), shards.budget().admin);
        if (admin->gate().listen(QHostAddress(address.host), address.port))
            return true;
        setError(u"administration"_s, address, admin->gate().errorString());
        return false;
    }

    void setError(const QString &what, const ListenAddress &address, const QString &why)
    {
        error = u"cannot listen for %1 on %2: %3"_s.arg(
            what, u"%1:%2"_s.arg(address.host, QString::number(address.port)), why);
    }

    void logAddresses() const
    {
        const auto at = [](const ListenAddress &address, quint16 port) {
            return formatListenAddress({address.host, port});
        };
        QString text = u"listening for clients on "_s + at(config.server.listen, shards.port());
        if (admin)
            text += u", for administration on "_s + at(config.server.adminListen, admin->gate().port());
        text += u"; callbacks are to come to "_s + QString::fromLatin1(callbackBase(config, shards.port()));
        if (shards.threads() > 1)
            text += u"; %1 threads"_s.arg(shards.threads());
        qCInfo(lcService).noquote() << text;
    }

    Config config;
    QString error;
    bool draining = false;
    const std::chrono::system_clock::time_point startedAt = std::chrono::system_clock::now();
    Counters counters;  ///< of what happens in no shard
    ShardGroup shards;
    std::unique_ptr<AdminFront> admin;
};

Service::Service(const Config &config, LogSink &sink, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(config, sink))
{
    connect(&d->shards, &ShardGroup::left, this, &Service::finished);
    // Nothing is held any more; what is still on its way out of the sockets gets a moment.
    connect(&d->shards, &ShardGroup::drained, this, [this] {
        QTimer::singleShot(kLeaveTime, this, &Service::finished);
        d->shards.leave();
    });
}

Service::~Service() = default;

bool Service::start()
{
    if (!d->shards.start()) {
        d->setError(u"clients"_s, d->config.server.listen, d->shards.errorString());
        return false;
    }
    if (!d->listenForAdministration())
        return false;
    const DescriptorBudget &budget = d->shards.budget();
    if (budget.shrunk)
        qCWarning(lcService)
            << "the limit on open files allows only" << budget.clients << "clients," << budget.callbacks
            << "callback and" << budget.upstream
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
    return d->shards.port();
}

quint16 Service::adminPort() const
{
    return d->admin ? d->admin->gate().port() : 0;
}

void Service::reload(const Config &config)
{
    d->config = config;
    ++d->counters.reloads;
    d->shards.reload(config, [this](const ShardStatus &) { Q_EMIT reloaded(); });
}

void Service::countRefusedReload()
{
    ++d->counters.reloadsRefused;
}

void Service::drain()
{
    if (std::exchange(d->draining, true))
        return;
    d->shards.drain(d->config.hold.drainTimeout, [](const ShardStatus &sum) {
        qCInfo(lcService) << "draining:" << sum.gauges.held << "requests held";
    });
}

void Service::stop()
{
    Q_EMIT finished();
}

}  // namespace holdline
