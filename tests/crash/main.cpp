// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/eventloop.h"
#include "tests/crash/run.h"

#include <QCoreApplication>

#include <cstdio>

using namespace holdline;
using namespace holdline::crash;
using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    openStandardStreams();
    raiseDescriptorLimit();
    installEventLoop(EventLoop::Epoll);
    QCoreApplication application(argc, argv);
    const auto parsed = parseOptions(QCoreApplication::arguments());
    if (const auto *exit = std::get_if<Exit>(&parsed))
        return finish(u"crashharness"_s, *exit);
    const auto &options = std::get<Options>(parsed);

    std::fprintf(stderr, "crashharness: seed %llu\n", static_cast<unsigned long long>(options.seed));
    Run run(options);
    QObject::connect(&run, &Run::failed, &application,
                     [](const QByteArray &text) { std::fputs(text.constData(), stderr); });
    QObject::connect(&run, &Run::finished, &application, &QCoreApplication::quit);
    if (!run.start())
        return finish(u"crashharness"_s, {kExitUnavailable, run.errorString()});
    QCoreApplication::exec();
    std::fputs(run.summary().constData(), stdout);
    return run.isClean() ? kExitOk : kExitFailed;
}
