// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/shardcredentials.h"

#include "core/profile/jwks.h"
#include "core/routing/routeset.h"
#include "service/holdline/shards/shard.h"
#include "service/holdline/upstream/upstreamclient.h"
#include "service/httpclient/pooledaccessmanager.h"

#include <algorithm>

namespace holdline {

namespace {

/// The most connections for fetches. They are separate from those to the upstream, so that start requests do
/// not delay fetches.
constexpr int kConnections = 8;

PoolOptions fetchOptions(PoolOptions pool)
{
    pool.maxConnections = kConnections;
    pool.maxQueued = static_cast<int>(CredentialFetcher::kMost);
    pool.scope = ConnectionScope::Any;
    pool.maxAnswerBytes = profile::kMaxKeySetBytes;
    return pool;
}

UpstreamClient::Limits fetchLimits(const Config &config)
{
    return {profile::kMaxKeySetBytes, config.retry.maxRetryAfter};
}

/// Returns all credentials of the configured routes.
std::vector<Credentials::Spec> specsOf(const Config &config)
{
    std::vector<Credentials::Spec> specs;
    if (!config.routes)
        return specs;
    const std::shared_ptr<const profile::Secrets> secrets(config.routes, &config.routes->secrets);
    for (const RouteConfig &route : config.routes->routes) {
        for (Credentials::Spec spec : {keySetOf(route), tokenOf(route, secrets)}) {
            if (spec)
                specs.push_back(std::move(spec));
        }
    }
    return specs;
}

}  // namespace

ShardCredentials::ShardCredentials(const Config &config, const PoolOptions &pool, int index,
                                   std::vector<ShardBox *> boxes)
    : m_index(index),
      m_boxes(std::move(boxes)),
      m_known([this](const Credentials::Spec &spec, std::uint64_t seen) { ask(spec, seen); })
{
    if (m_index != 0)
        return;
    m_transport = std::make_unique<PooledAccessManager>(fetchOptions(pool));
    m_caller = std::make_unique<UpstreamClient>(m_transport.get(), QUrl(), fetchLimits(config));
    m_fetcher = std::make_unique<CredentialFetcher>(
        *m_caller, [this](const QByteArray &name, const CredentialState &state) {
            for (int shard = 0; shard < static_cast<int>(m_boxes.size()); ++shard)
                tell(shard, name, state);
        });
    m_fetcher->reload(specsOf(config));
}

ShardCredentials::~ShardCredentials() = default;

void ShardCredentials::reload(const Config &config, const PoolOptions &pool)
{
    if (!m_fetcher)
        return;
    m_transport->setOptions(fetchOptions(pool));
    m_caller->setLimits(fetchLimits(config));
    m_fetcher->reload(specsOf(config));
}

void ShardCredentials::ask(const Credentials::Spec &spec, std::uint64_t seen)
{
    if (m_fetcher)
        want(spec, seen, m_index);
    else
        m_boxes.front()->post(ShardTask{
            [spec, seen, from = m_index](Shard &first) { first.credentials().want(spec, seen, from); }});
}

void ShardCredentials::want(const Credentials::Spec &spec, std::uint64_t seen, int from)
{
    m_fetcher->want(spec, seen, [this, from](const QByteArray &name, const CredentialState &state) {
        tell(from, name, state);
    });
}

void ShardCredentials::tell(int shard, const QByteArray &name, const CredentialState &state)
{
    if (shard == m_index)
        m_known.take(name, state);
    else
        m_boxes[static_cast<std::size_t>(shard)]->post(
            ShardTask{[name, state](Shard &other) { other.credentials().known().take(name, state); }});
}

void ShardCredentials::report(Counters &counters, Gauges &gauges) const
{
    if (!m_fetcher)
        return;
    const auto &keySets = m_fetcher->counts(CredentialSpec::Kind::KeySet);
    const auto &tokens = m_fetcher->counts(CredentialSpec::Kind::Token);
    counters.keySetFetches = keySets.fetched;
    counters.keySetFailures = keySets.failed;
    counters.tokenFetches = tokens.fetched;
    counters.tokenFailures = tokens.failed;
    gauges.keySetAge = m_fetcher->oldestKeySet(Clock::now());
    gauges.keySetsMissing = m_fetcher->missingKeySets();
}

}  // namespace holdline
