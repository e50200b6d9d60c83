// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobclient/loadgenerator.h"
#include "service/jobserver/jobserver.h"

#include <QSignalSpy>

namespace holdline::test {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

/// The response body of a blocking request whose job succeeded.
inline const QByteArray kGoodBody =
    "{\"id\":\"4499a6e0c2ef4b98\",\"state\":\"completed\",\"startedAt\":"
    "\"2015-06-29T15:34:16.850Z\",\"proof\":\"078DC9F28BA8C890DAAFE65945AF7B15A0519671\"}";

/// Returns options for a job server with short jobs. The seed is fixed, so every run is the same.
inline JobServerOptions quick(std::chrono::milliseconds duration = 5ms)
{
    JobServerOptions options;
    options.duration = duration;
    options.seed = 7;
    options.secret = "secret";
    return options;
}

inline QUrl startUrl(const JobServer &server)
{
    QUrl url(u"http://127.0.0.1/start"_s);
    url.setPort(server.port());
    return url;
}

inline LoadOptions load(const QUrl &url, int jobs)
{
    LoadOptions options;
    options.url = url;
    options.jobs = jobs;
    return options;
}

/// Runs the load until the generator has finished. Returns an empty report after a timeout.
inline Report run(const LoadOptions &options)
{
    LoadGenerator generator(options);
    QSignalSpy finished(&generator, &LoadGenerator::finished);
    generator.start();
    if (finished.isEmpty() && !finished.wait(60'000))
        return {};
    return generator.report();
}

}  // namespace holdline::test
