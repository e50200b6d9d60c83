// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "core/config/commandline.h"
#include "core/config/loadconfig.h"
#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/eventloop.h"
#include "core/eventloop/unixsignals.h"
#include "core/routing/loadroutes.h"
#include "core/routing/registeredaddress.h"
#include "core/routing/routeset.h"
#include "core/routing/routetext.h"
#include "core/telemetry/logging.h"
#include "service/holdline/service.h"
#include "service/holdline/tools/tools.h"
#include "service/holdline/upstream/upstreammanager.h"

#include <QCoreApplication>
#include <QDir>

#include <unistd.h>

/// Options for jemalloc, if the program is linked with it. MALLOC_CONF overrides them. Freed pages are
/// returned to the system after one second instead of ten. Otherwise the freed pages of large bodies would
/// need as much memory again.
extern "C" {
__attribute__((visibility("default"))) const char *malloc_conf = "dirty_decay_ms:1000,muzzy_decay_ms:0";
}

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

LoadedConfig load(const QStringList &arguments)
{
    LoadedConfig loaded =
        loadConfig(arguments.mid(1), QProcessEnvironment::systemEnvironment(), QDir::currentPath());
    loadRoutes(loaded, QDir::currentPath());
    if (loaded.isValid()) {
        if (const QString error = checkTlsFiles(loaded.config); !error.isEmpty())
            loaded.errors.push_back({ConfigError::Kind::Configuration, error});
    }
    return loaded;
}

void logWarnings(const LoadedConfig &loaded)
{
    for (const QString &warning : loaded.warnings)
        qCWarning(lcConfig).noquote() << warning;
}

/// Adds the routes to the output of `--check-config`, and the tools to that of `--help`.
Exit withMore(Exit exit, const LoadedConfig &loaded)
{
    if (exit.code == kExitOk && loaded.command == ConfigCommand::CheckConfig)
        exit.text = (QStringList{exit.text} + registeredTexts(loaded.config)).join(u'\n') + u'\n' +
                    routesText(loaded.config.routes.get());
    else if (loaded.command == ConfigCommand::Help)
        exit.text += u"\nInstead of serving:\n"_s + tools::toolsText();
    return exit;
}

/// Handles SIGHUP. Applies the new configuration if it is valid. Otherwise logs its errors and keeps the
/// running configuration.
void reload(const QStringList &arguments, Service &service, LogHandler &log, Config &running)
{
    const LoadedConfig loaded = load(arguments);
    logWarnings(loaded);
    if (!loaded.isValid()) {
        for (const ConfigError &error : loaded.errors)
            qCCritical(lcConfig).noquote() << error.text;
        qCCritical(lcConfig) << "the configuration was not reloaded. The running configuration stays in use.";
        service.countRefusedReload();
        return;
    }
    const Reload next = mergeReload(running, loaded.config);
    for (const QString &key : next.needRestart)
        qCWarning(lcConfig).noquote() << key << "changes only with a restart";
    running = next.config;
    log.configure(running.log.format, running.log.level);
    service.reload(running);
}

/// Runs the service until it has ended. Returns the exit code.
int run(const QStringList &arguments, UnixSignals &signals, LogHandler &log, LogSink &sink, Config &running)
{
    Service service(running, sink);
    if (!service.start()) {
        qCCritical(lcService).noquote() << service.errorString();
        return kExitUnavailable;
    }
    QObject::connect(&service, &Service::finished, qApp, &QCoreApplication::quit, Qt::QueuedConnection);

    int terminations = 0;
    QObject::connect(&signals, &UnixSignals::terminate, &service, [&] {
        if (++terminations > 1)
            service.stop();
        else
            service.drain();
    });
    QObject::connect(&service, &Service::reloaded, &service,
                     [] { qCInfo(lcConfig) << "configuration reloaded"; });
    QObject::connect(&signals, &UnixSignals::reload, &service,
                     [&] { reload(arguments, service, log, running); });
    return QCoreApplication::exec();
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    raiseDescriptorLimit();
    const QStringList arguments = argumentsOf(argc, argv);
    if (const auto exit = tools::runTool(argc, argv))
        return *exit;
    const LoadedConfig loaded = load(arguments);
    if (const auto exit = earlyExit(loaded))
        return finish(u"holdline"_s, withMore(*exit, loaded));
    Config running = loaded.config;
    installEventLoop(running.server.eventLoop);
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(u"holdline"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(HOLDLINE_VERSION));

    // Before the first log message: UnixSignals also turns SIGPIPE into an error, so that a broken log pipe
    // does not end the program.
    UnixSignals signals;
    DescriptorSink standardError(STDERR_FILENO);
    LogHandler log(standardError, running.log.format, running.log.level);

    logWarnings(loaded);

    const int exitCode = run(arguments, signals, log, standardError, running);
    if (exitCode == kExitOk)
        qCInfo(lcService) << "stopped";
    return exitCode;
}
