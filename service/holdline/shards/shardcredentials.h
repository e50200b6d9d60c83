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

/// The credentials (public keys and access tokens) of one shard. The first shard fetches them for all shards
/// and sends them to the others as messages. So each credential is fetched once, and no shard's new token
/// makes another shard's token invalid.
///
/// Lifetime: the mailboxes must outlive this object. Thread: its shard's.
class ShardCredentials
{
public:
    /// `boxes` are the mailboxes of all shards, by index. `pool` has the options of the upstream's
    /// connections.
    ShardCredentials(const Config &config, const PoolOptions &pool, int index, std::vector<ShardBox *> boxes);
    ~ShardCredentials();

    Credentials &known() { return m_known; }
    /// Applies new routes and secrets, and fetches each key set again. Does nothing except in the first
    /// shard.
    void reload(const Config &config, const PoolOptions &pool);
    /// Fetches a credential for shard `from`, if there is a newer one than `seen`. Called in the first shard
    /// only. See Credentials::want().
    void want(const Credentials::Spec &spec, std::uint64_t seen, int from);
    /// Sets the counters and gauges of fetches. Does nothing except in the first shard.
    void report(Counters &counters, Gauges &gauges) const;

private:
    void ask(const Credentials::Spec &spec, std::uint64_t seen);
    void tell(int shard, const QByteArray &name, const CredentialState &state);

    const int m_index;
    const std::vector<ShardBox *> m_boxes;
    Credentials m_known;
    // Null except in the first shard. Destroyed in reverse order.
    std::unique_ptr<PooledAccessManager> m_transport;
    std::unique_ptr<UpstreamClient> m_caller;
    std::unique_ptr<CredentialFetcher> m_fetcher;
};

}  // namespace holdline
