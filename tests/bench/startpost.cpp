// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/scenarios.h"

#include <QCoreApplication>

#include <array>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kAtOnce = 50;

struct Manager
{
    QString role;
    QString loop;
    QString name;
};

quint16 portOf(ChildProcess &upstream)
{
    for (int i = 0; i < 2000; ++i) {
        const QByteArray text = upstream.out();
        if (text.startsWith("port ") && text.endsWith('\n'))
            return text.mid(5).trimmed().toUShort();
        if (upstream.waitForEnd(10ms))
            break;
    }
    giveUp(u"the trivial upstream does not start"_s);
}

/// Returns the CPU time per POST in microseconds, and the number of errors.
std::pair<double, int> post(const Manager &manager, quint16 port, int posts, int atOnce)
{
    ChildProcess process({QCoreApplication::applicationFilePath(), u"--role"_s, u"post"_s, manager.role,
                          manager.loop, QString::number(port), QString::number(posts),
                          QString::number(atOnce)});
    const auto ended = process.waitForEnd(5min);
    const QByteArrayList words = process.out().trimmed().split(' ');
    if (!ended || ended->exitCode != 0 || words.size() != 2)
        giveUp(u"no result from %1: %2"_s.arg(manager.name, QString::fromUtf8(process.err().trimmed())));
    return {words[0].toDouble(), words[1].toInt()};
}

}  // namespace

ScenarioResult measureStart(const Options &options)
{
    const std::array<Manager, 3> managers{{{u"pooled"_s, u"epoll"_s, u"PooledAccessManager"_s},
                                           {u"pooled"_s, u"qt"_s, u"PooledAccessManager, Qt's loop"_s},
                                           {u"stock"_s, u"qt"_s, u"QNetworkAccessManager, Qt's loop"_s}}};
    ScenarioResult result;
    result.name = "start";
    result.about =
        u"One POST of a start request, answered at once by a trivial server: CPU of the process that posts, "
        u"all "
        "threads, one at a time and %1 at a time. %2 posts in each run (runs: %3)."_s.arg(kAtOnce)
            .arg(options.posts)
            .arg(options.runs);
    result.metrics = {{"single_us_per_post", u"1 at a time, µs/POST"_s, 1},
                      {"us_per_post", u"%1 at a time, µs/POST"_s.arg(kAtOnce), 1},
                      {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    ChildProcess upstream({QCoreApplication::applicationFilePath(), u"--role"_s, u"upstream"_s});
    const quint16 port = portOf(upstream);
    for (int run = 1; run <= options.runs; ++run) {
        for (const Manager &manager : managers) {
            say(u"start: %1, run %2"_s.arg(manager.name).arg(run));
            const auto [single, singleErrors] = post(manager, port, options.posts, 1);
            const auto [many, manyErrors] = post(manager, port, options.posts, kAtOnce);
            result.seriesOf(manager.name)
                .samples.push_back({{"single_us_per_post", single},
                                    {"us_per_post", many},
                                    {"errors", singleErrors + manyErrors}});
        }
    }
    for (const Metric &metric : {result.metrics[0], result.metrics[1]}) {
        result.addRatio(u"stock / pooled, "_s + metric.title,
                        result.value(managers[2].name, std::nullopt, metric.key),
                        result.value(managers[0].name, std::nullopt, metric.key));
    }
    return result;
}

}  // namespace holdline::bench
