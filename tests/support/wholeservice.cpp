// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/wholeservice.h"

#include "tests/support/asking.h"

#include <QLoggingCategory>
#include <QSignalSpy>
#include <QTest>

namespace holdline::test {

using namespace Qt::StringLiterals;

namespace {

ListenAddress anyPort()
{
    return {u"127.0.0.1"_s, 0};
}

QUrl localUrl(quint16 port, const QString &path)
{
    return QUrl(u"http://127.0.0.1:%1%2"_s.arg(QString::number(port), path));
}

}  // namespace

JobServerOptions WholeService::quickJobs()
{
    JobServerOptions options;
    options.duration = std::chrono::milliseconds(50);
    options.secret = "test";
    options.seed = 1;
    return options;
}

Config WholeService::quietConfig()
{
    Config config;
    // One thread on every machine. CTest repeats some tests with more threads.
    config.server.threads = std::max(qEnvironmentVariableIntValue("HOLDLINE_TEST_THREADS"), 1);
    config.server.monitorSocket = u"off"_s;
    config.store.path = u"memory"_s;
    config.log.accessLinesPerSecond = 0;
    config.log.level = LogLevel::Warning;
    return config;
}

WholeService::WholeService(const JobServerOptions &jobServer, Config config)
    : m_jobServer(std::make_unique<JobServer>(jobServer))
{
    // The log lines of a thousand jobs would hide the message of a failing test.
    QLoggingCategory::setFilterRules(u"holdline.*.debug=false\nholdline.*.info=false"_s);
    if (!m_jobServer->listen(QHostAddress::LocalHost, 0))
        qFatal("jobserver cannot listen: %s", qPrintable(m_jobServer->errorString()));
    startService(std::move(config), localUrl(m_jobServer->port(), u"/start"_s));
}

WholeService::WholeService(const QUrl &upstream, Config config)
{
    startService(std::move(config), upstream);
}

void WholeService::startService(Config config, const QUrl &upstream)
{
    config.server.listen = {anyPort()};
    config.server.adminListen = {anyPort()};
    config.upstream.url = upstream;
    m_service = std::make_unique<Service>(config, m_sink);
    if (!m_service->start())
        qFatal("holdline cannot start: %s", qPrintable(m_service->errorString()));
}

WholeService::~WholeService() = default;

QUrl WholeService::startUrl() const
{
    return localUrl(port(), u"/start"_s);
}

Report WholeService::run(LoadOptions options, std::chrono::milliseconds patience)
{
    options.url = startUrl();
    LoadGenerator generator(options);
    QSignalSpy finished(&generator, &LoadGenerator::finished);
    generator.start();
    // After a timeout the report shows fewer jobs done than requested.
    if (finished.isEmpty())
        finished.wait(static_cast<int>(patience.count()));
    return generator.report();
}

QByteArray WholeService::admin(const QByteArray &path)
{
    return ask(adminPort(), RawHttpClient::get(path)).body;
}

double WholeService::metric(const QByteArray &name)
{
    return metricIn(admin("/metrics"), name);
}

void addThreads()
{
    QTest::addColumn<int>("threads");
    QTest::newRow("1 thread") << 1;
    QTest::newRow("4 threads") << 4;
}

}  // namespace holdline::test
