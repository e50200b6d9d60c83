// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/credentialspec.h"
#include "service/holdline/credentials/credential.h"

#include <QObject>

#include <functional>
#include <memory>
#include <unordered_map>

namespace holdline {

/// The credentials that one shard knows. A CredentialFetcher in the first shard fetches credentials for all
/// shards, and sends each new state to this object. So find() needs no message between threads.
///
/// For use in one thread.
class Credentials : public QObject
{
    Q_OBJECT

public:
    /// More than CredentialFetcher::kMost. Above this number all are forgotten; a forgotten credential is
    /// sent again when it is wanted.
    static constexpr std::size_t kMost = 1000;

    using Spec = std::shared_ptr<const CredentialSpec>;
    /// Must pass the call on to CredentialFetcher::want(), whose answer must call take().
    using Want = std::function<void(const Spec &, std::uint64_t seen)>;

    explicit Credentials(Want want) : m_want(std::move(want)) {}

    /// Returns the state of a credential. Null when nothing is known yet. The pointer is valid until the next
    /// take().
    const CredentialState *find(const CredentialSpec &spec) const;
    /// Asks for a credential with a larger number than `seen`, because number `seen` was of no use. Emits
    /// changed() when the state changes, or when no newer credential is available for now. May emit it inside
    /// this call.
    void want(const Spec &spec, std::uint64_t seen) { m_want(spec, seen); }

    /// Stores the state of a credential that the fetcher sent. Emits changed().
    void take(const QByteArray &name, const CredentialState &state);

Q_SIGNALS:
    void changed(const QByteArray &name, const holdline::CredentialState &state);

private:
    Want m_want;
    std::unordered_map<QByteArray, CredentialState> m_known;  ///< at most kMost
};

}  // namespace holdline
