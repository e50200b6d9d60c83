// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "core/config/commandline.h"
#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/eventloop.h"
#include "core/eventloop/unixsignals.h"
#include "service/jobserver/jobserver.h"
#include "service/jobserver/jobservercommand.h"
#include "service/jobserver/startuptext.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstdio>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

const QString kProgram = u"jobserver"_s;

/// Returns the number of file descriptors for client connections. The rest is for callbacks, standard streams
/// and others.
int connectionShare(int descriptors, int callbacksAtOnce)
{
    return std::max(descriptors - callbacksAtOnce - 64, descriptors / 2);
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    const int descriptors = raiseDescriptorLimit();
    auto command = jobserver::parseCommandLine(argumentsOf(argc, argv));
    if (const auto *exit = std::get_if<Exit>(&command))
        return finish(kProgram, *exit);

    installEventLoop(EventLoop::Epoll);
    QCoreApplication application(argc, argv);
    auto &[listen, options] = std::get<jobserver::ServeCommand>(command);
    options.callbacksAtOnce = std::min(options.callbacksAtOnce, std::max(descriptors / 4, 1));
    options.maxConnections = connectionShare(descriptors, options.callbacksAtOnce);
    UnixSignals unixSignals;
    QObject::connect(&unixSignals, &UnixSignals::terminate, &application, &QCoreApplication::quit);
    JobServer server(options);
    QObject::connect(&unixSignals, &UnixSignals::reload, &server, &JobServer::endRunningJobs);
    if (!server.listen(QHostAddress(listen.host), listen.port)) {
        return finish(kProgram, {kExitUnavailable, u"cannot listen on %1: %2"_s.arg(
                                                       formatListenAddress(listen), server.errorString())});
    }
    listen.port = server.port();
    std::fputs(qPrintable(jobserver::startupText(options, formatListenAddress(listen))), stdout);
    std::fflush(stdout);
    return QCoreApplication::exec();
}
