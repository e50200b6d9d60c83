// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/metrics.h"
#include "service/holdline/credentials/authorisedstarter.h"
#include "service/holdline/credentials/credentialfetcher.h"
#include "service/holdline/credentials/credentials.h"
#include "service/holdline/shards/shardmessages.h"
#include "service/httpclient/pooloptions.h"

#include <memory>
#include <vector>

namespace holdline {

class PooledAccessManager;
class UpstreamClient;

/// The credentials of one shard. The first shard fetches them for all, so that there is one fetch, and no
/// two shards drive each other's tokens out. It tells the others by messages.
///
/// Life: the boxes must outlive it. Thread: its shard's.
class ShardCredentials
{
public:
    /// `boxes` are those of all shards, by index. `pool` is that of the upstream's connections.
    ShardCredentials(const Config &config, const PoolOptions &pool, int index, std::vector<ShardBox *> boxes);
    ~ShardCredentials();

    Credentials &known() { return m_known; }
    /// Takes new routes and secrets, and fetches each key set again.
    void reload(const Config &config, const PoolOptions &pool);
    /// Shard `from` wants a credential. In the first shard only.
    void want(const Credentials::Spec &spec, std::uint64_t seen, int from);
    /// Fills in what the first shard counts.
    void report(Counters &counters, Gauges &gauges) const;

private:
    void ask(const Credentials::Spec &spec, std::uint64_t seen);
    void tell(int shard, const QByteArray &name, const CredentialState &state);

    const int m_index;
    const std::vector<ShardBox *> m_boxes;
    Credentials m_known;
    // In the first shard only. Destroyed in reverse order.
    std::unique_ptr<PooledAccessManager> m_transport;
    std::unique_ptr<UpstreamClient> m_caller;
    std::unique_ptr<CredentialFetcher> m_fetcher;
};

}  // namespace holdline
