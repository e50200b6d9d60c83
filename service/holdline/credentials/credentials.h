// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/credentialspec.h"
#include "service/holdline/credentials/credential.h"

#include <QObject>

#include <functional>
#include <memory>
#include <unordered_map>

namespace holdline {

/// The credentials that one shard knows. A CredentialFetcher in the first shard fetches them for all shards,
/// and tells them here. So a look needs no message.
///
/// Thread: one.
class Credentials : public QObject
{
    Q_OBJECT

public:
    /// More than the fetcher has. Those that are forgotten are told again when they are wanted.
    static constexpr std::size_t kMost = 1000;

    using Spec = std::shared_ptr<const CredentialSpec>;
    /// See CredentialFetcher::want(). The answer is a take().
    using Want = std::function<void(const Spec &, std::uint64_t seen)>;

    explicit Credentials(Want want) : m_want(std::move(want)) {}

    /// Null when nothing is known yet. The pointer is valid until the next take().
    const CredentialState *find(const CredentialSpec &spec) const;
    /// Wants a credential with a larger number than `seen`, which did not do. changed() follows when the
    /// state changes, or when there is no newer one for now. It may be emitted inside this call.
    void want(const Spec &spec, std::uint64_t seen) { m_want(spec, seen); }

    /// The fetcher tells the state of a credential.
    void take(const QByteArray &name, const CredentialState &state);

Q_SIGNALS:
    void changed(const QByteArray &name, const holdline::CredentialState &state);

private:
    Want m_want;
    std::unordered_map<QByteArray, CredentialState> m_known;  ///< at most kMost
};

}  // namespace holdline
