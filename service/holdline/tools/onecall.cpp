// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/onecall.h"

#include "service/holdline/upstream/upstreamclient.h"
#include "service/holdline/upstream/upstreammanager.h"
#include "service/httpclient/pooledaccessmanager.h"

#include <QEventLoop>

namespace holdline::tools {

namespace {

constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::int64_t kMaxAnswerBytes = 64 * 1024;

}  // namespace

StartResult callOnce(const Config &config, StartCall call)
{
    PoolOptions pool;
    pool.connectTimeout = config.upstream.connectTimeout;
    pool.maxAnswerBytes = kMaxAnswerBytes;
    pool.tls = tlsFiles(config);
    pool.proxy = proxyOf(config);
    PooledAccessManager manager(pool);
    UpstreamClient client(&manager, config.upstream.url, {kMaxAnswerBytes, kPatience});
    QEventLoop loop;
    StartResult ended;
    QObject::connect(&client, &JobStarter::finished, &loop,
                     [&](JobStarter::Ticket, const StartResult &result) {
                         ended = result;
                         loop.quit();
                     });
    call.timeout = kPatience;
    client.start(1, call);
    loop.exec();
    return ended;
}

}  // namespace holdline::tools
