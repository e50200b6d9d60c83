// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/eventloop.h"
#include "tests/soak/hostile.h"
#include "tests/soak/outages.h"
#include "tests/soak/soak.h"

#include <QCoreApplication>

#include <cstdio>

using namespace holdline;
using namespace holdline::soak;
using namespace Qt::StringLiterals;

namespace {

std::unique_ptr<Scenario> makeScenario(const Options &options)
{
    switch (options.course) {
        case Course::Outages:
            return std::make_unique<Outages>(options);
        case Course::Hostile:
            return std::make_unique<Hostile>(options);
        case Course::Attack:
            return std::make_unique<Attacker>(static_cast<quint16>(options.port), options.attacks);
        case Course::Soak:
            break;
    }
    return std::make_unique<Soak>(options);
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    raiseDescriptorLimit();
    installEventLoop(EventLoop::Epoll);
    QCoreApplication application(argc, argv);
    const auto parsed = parseOptions(QCoreApplication::arguments());
    if (const auto *exit = std::get_if<Exit>(&parsed))
        return finish(u"soakrun"_s, *exit);
    const auto &options = std::get<Options>(parsed);

    std::fprintf(stderr, "soakrun: seed %llu\n", static_cast<unsigned long long>(options.seed));
    const std::unique_ptr<Scenario> scenario = makeScenario(options);
    QObject::connect(scenario.get(), &Scenario::noted, &application,
                     [](const QString &line) { std::fprintf(stderr, "soakrun: %s\n", qPrintable(line)); });
    QObject::connect(scenario.get(), &Scenario::finished, &application, &QCoreApplication::quit);
    if (!scenario->start())
        return finish(u"soakrun"_s, {kExitUnavailable, scenario->errorString()});
    QCoreApplication::exec();
    std::fputs(scenario->summary().constData(), stdout);
    return scenario->isClean() ? kExitOk : kExitFailed;
}
