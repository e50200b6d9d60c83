// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "core/job/allowance.h"
#include "core/telemetry/lineallowance.h"
#include "service/holdline/credentials/credentialrequests.h"
#include "service/holdline/credentials/credentials.h"

#include <QObject>

#include <array>
#include <functional>
#include <unordered_map>

namespace holdline {

/// Fetches credentials for all shards. One fetch serves all callers that wait for the same credential.
///
/// Key sets are fetched at once, again before they expire, and again when a needed key is missing.
/// Cache-Control gives their lifetime, within limits. When a fetch fails, the old keys stay in use, and the
/// fetch is repeated after growing pauses.
///
/// A token is fetched when a caller wants it and none is fresh. A token counts as expired a little early, so
/// that it does not expire while a request is in flight. After a failure, no fetch begins before a pause has
/// passed.
///
/// A fresh credential that was of no use (a key set without the key, or a token that got a 401) is fetched
/// again at most kRenewals times in a row, then once per kRenewalPause. So forged callbacks, or an upstream
/// that refuses every token, cannot cause a flood of fetches.
///
/// `caller` must outlive the object, and `told` must stay callable. For use in one thread with an event loop.
class CredentialFetcher : public QObject
{
    Q_OBJECT

public:
    struct Limits
    {
        std::chrono::milliseconds timeout{10'000};  ///< from the request to its whole answer
        // Lifetimes of key sets.
        std::chrono::milliseconds leastLife{60'000};
        std::chrono::milliseconds usualLife{3'600'000};  ///< when the answer states no lifetime
        std::chrono::milliseconds mostLife{24 * 3'600'000};
        // Pauses after failures. Each further failure doubles the pause.
        std::chrono::milliseconds firstPause{500};
        std::chrono::milliseconds longestPause{30'000};
    };
    static constexpr int kRenewals = 4;
    static constexpr std::chrono::seconds kRenewalPause{10};
    /// With more credentials than this, those that no route uses any more are dropped.
    static constexpr std::size_t kMost = 500;

    struct Counts
    {
        std::uint64_t fetched = 0;
        std::uint64_t failed = 0;
    };

    using Spec = Credentials::Spec;
    using Told = std::function<void(const QByteArray &name, const CredentialState &)>;

    /// Calls `told` with each change of a credential's state, to inform all shards.
    CredentialFetcher(JobStarter &caller, Told told, const Limits &limits);
    CredentialFetcher(JobStarter &caller, Told told) : CredentialFetcher(caller, std::move(told), Limits()) {}

    /// Applies a changed configuration. Fetches each key set. A token that could not be fetched may be
    /// fetched again at once, because its secret may have changed.
    void reload(const std::vector<Spec> &specs);
    /// Call when a shard wants a credential with a larger number than `seen`. When a fetch begins or is in
    /// flight, its end is reported to all shards through `told`. Otherwise `answer` gets the present state at
    /// once.
    void want(const Spec &spec, std::uint64_t seen, const Told &answer);

    const Counts &counts(CredentialSpec::Kind kind) const { return m_counts[static_cast<std::size_t>(kind)]; }
    /// The age of the oldest key set in use; 0 without one.
    Duration oldestKeySet(TimePoint now) const;
    /// Key sets of the configuration that were never fetched.
    int missingKeySets() const;

private:
    struct Entry
    {
        Spec spec;
        CredentialState state;
        bool isUsed = false;  ///< by a route of the configuration
        bool inFlight = false;
        int failures = 0;  ///< failed fetches in a row
        Allowance renewals{kRenewals, kRenewalPause};
    };
    struct Call
    {
        QByteArray name;
        std::shared_ptr<std::optional<FetchResult>> read;
    };

    Entry &entryOf(const Spec &spec);
    void dropUnused();
    void due(const QByteArray &name);
    void fetch(Entry &entry);
    void onFinished(JobStarter::Ticket ticket, const StartResult &result);
    void succeeded(Entry &entry, FetchedCredential &&fetched, TimePoint now);
    void failed(Entry &entry, const FetchFailure &failure,
                const std::optional<std::chrono::milliseconds> &retryAfter, TimePoint now);
    void logFailure(const Entry &entry, TimePoint now);

    JobStarter &m_caller;
    Told m_told;
    const Limits m_limits;
    std::unordered_map<QByteArray, Entry> m_entries;
    std::unordered_map<JobStarter::Ticket, Call> m_calls;
    JobStarter::Ticket m_lastTicket = 0;
    std::uint64_t m_lastNumber = 0;
    std::array<Counts, 2> m_counts;  ///< indexed by CredentialSpec::Kind
    LineAllowance m_lines{5, std::chrono::seconds(30)};
    DeadlineTimer<QByteArray> m_times;  ///< when key sets are fetched next
};

}  // namespace holdline
