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

/// Fetches credentials for all shards, each once for all that wait.
///
/// Key sets are fetched at once, again before they expire, and again when one does not do. Their lifetime is
/// that of Cache-Control within bounds. When a fetch fails, the old keys stay in use, and the fetch is tried
/// again after a pause that grows.
///
/// Tokens are fetched when one is wanted and none is fresh. A token counts as expired a little before it
/// does, so that it does not expire on its way. After a failure no fetch begins before a pause has passed.
///
/// A credential that did not do is fetched again at most kRenewals times at once and once more per
/// kRenewalPause, because forged callbacks and an upstream that refuses every token must cause no storm.
///
/// Life: the caller must outlive it, and `told` must stay callable. Thread: one, with an event loop.
class CredentialFetcher : public QObject
{
    Q_OBJECT

public:
    struct Limits
    {
        std::chrono::milliseconds timeout{10'000};  ///< from the request to its whole answer
        // Lifetimes of key sets.
        std::chrono::milliseconds leastLife{60'000};
        std::chrono::milliseconds usualLife{3'600'000};  ///< when the answer says nothing
        std::chrono::milliseconds mostLife{24 * 3'600'000};
        // Pauses after failures. They double.
        std::chrono::milliseconds firstPause{500};
        std::chrono::milliseconds longestPause{30'000};
    };
    static constexpr int kRenewals = 4;
    static constexpr std::chrono::seconds kRenewalPause{10};
    /// The most credentials. Those that no route uses any more are dropped first.
    static constexpr std::size_t kMost = 500;

    struct Counts
    {
        std::uint64_t fetched = 0;
        std::uint64_t failed = 0;
    };

    using Spec = Credentials::Spec;
    using Told = std::function<void(const QByteArray &name, const CredentialState &)>;

    /// `told` hears of each change, for all shards.
    CredentialFetcher(JobStarter &caller, Told told, const Limits &limits);
    CredentialFetcher(JobStarter &caller, Told told) : CredentialFetcher(caller, std::move(told), Limits()) {}

    /// The configuration has changed. Fetches each key set, and lets tokens that failed be tried again at
    /// once, because their secret may be another one now.
    void reload(const std::vector<Spec> &specs);
    /// Somebody wants a credential with a larger number than `seen`. When no fetch begins, or is under way,
    /// `answer` gets the state at once. Otherwise the end of the fetch is told to all.
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
        int failures = 0;  ///< one after the other
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
    std::array<Counts, 2> m_counts;  ///< by CredentialSpec::Kind
    LineAllowance m_lines{5, std::chrono::seconds(30)};
    DeadlineTimer<QByteArray> m_times;  ///< of the next fetches of key sets
};

}  // namespace holdline
