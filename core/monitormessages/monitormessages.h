// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/circuitbreaker.h"
#include "core/monitormessages/monitorrecords.h"
#include "core/telemetry/histogramslice.h"
#include "core/telemetry/metrics.h"
#include "core/telemetry/storestatus.h"

#include <QByteArray>
#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

/// The messages between the service and its monitors, as plain values. monitorcodec.h encodes them as
/// described in resources/docs/monitor-protocol.md. Times of day are read from the clock of the service's
/// machine, in milliseconds.
namespace holdline::monitor {

/// Version of the protocol. New members may be added to messages without a new version. Existing members keep
/// their meaning within a version.
inline constexpr int kProtocolVersion = 1;

/// Facts about the service that change only with its configuration.
struct ServiceFacts
{
    QByteArray version;
    QByteArray qt;
    std::int64_t pid = 0;
    WallTime startedAt{};
    QByteArray listen;            ///< "127.0.0.1:3738"
    QByteArray upstream;          ///< URL, without secrets
    QByteArray callbackUrl;       ///< without a token
    Milliseconds deadline{};      ///< hold.deadline
    Milliseconds drainTimeout{};  ///< hold.drain_timeout
    int heldLimit = 0;            ///< hold.held
    int startsPerAccount = 1;     ///< lanes.starts_per_account
    int threads = 1;              ///< threads that serve clients

    friend bool operator==(const ServiceFacts &, const ServiceFacts &) = default;
};

using CircuitState = CircuitBreaker::State;

/// The phases of a job whose durations are measured in a histogram.
enum class Phase : std::uint8_t { Queue, Start, Job, Total };
inline constexpr int kPhaseCount = static_cast<int>(Phase::Total) + 1;
QLatin1StringView name(Phase phase);  ///< "queue", "start", "job", "total"

/// The state of the store of durable jobs, and the duration of the writes since the previous sample.
struct StoreSample
{
    bool available = true;
    bool durable = false;            ///< stored data survives the process
    QByteArray error;                ///< why the store is not available, for people
    int queued = 0;                  ///< writes that are neither stored nor failed
    std::uint64_t writes = 0;        ///< writes stored since the service started
    std::uint64_t failedWrites = 0;  ///< writes that failed since the service started
    std::int64_t records = 0;        ///< stored jobs, ended or not
    std::int64_t bytes = 0;          ///< size of the store
    HistogramSlice took;             ///< time from the request of a write until it is durable

    friend bool operator==(const StoreSample &, const StoreSample &) = default;
};

/// The circuit breaker of one upstream.
struct UpstreamCircuit
{
    QByteArray upstream;  ///< scheme, host and port
    CircuitState state = CircuitState::Closed;

    friend bool operator==(const UpstreamCircuit &, const UpstreamCircuit &) = default;
};

/// The state of the service at one moment, and measurements since the previous sample. Made once per second.
struct Sample
{
    WallTime at{};
    Microseconds span{};  ///< time since the previous sample; 0 in the first one

    /// Totals since the service started, by Reason, CallbackOutcome and StartFate. They never decrease.
    std::array<std::uint64_t, kReasonCount> requests{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::array<std::uint64_t, kStartFateCount> starts{};
    std::uint64_t retries = 0;  ///< start requests after the first one of a job

    int held = 0;            ///< requests held now
    int heldPeak = 0;        ///< highest value of `held` since the service started
    int queued = 0;          ///< jobs that wait for their start in a lane
    int lanes = 0;           ///< accounts with a lane
    int startsInFlight = 0;  ///< start requests in flight
    int clientConnections = 0;
    int upstreamConnections = 0;
    CircuitState circuit = CircuitState::Closed;  ///< the worst of all upstreams
    std::vector<UpstreamCircuit> circuits;        ///< circuits that are not closed, at most kMaxCircuits
    static constexpr std::size_t kMaxCircuits = 100;
    bool draining = false;      ///< the service is shutting down
    Microseconds cpu{};         ///< user and system CPU time of the process since it started
    std::int64_t rssBytes = 0;  ///< resident memory of the process
    int observers = 0;          ///< connections to the local socket

    int durable = 0;  ///< durable jobs that have not ended
    int waiting = 0;  ///< clients that wait for a durable job
    // Totals since the service started.
    std::uint64_t joined = 0;     ///< requests that joined a job by its Idempotency-Key
    std::uint64_t recovered = 0;  ///< jobs that were read from the store
    /// Dead letters that were stored since the service started, and the dead letters in the store now by
    /// DeadLetter::Kind.
    std::uint64_t deadLettersStored = 0;
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
    std::optional<StoreSample> store;  ///< empty when the state of the store is unknown

    /// The durations of the jobs that ended since the previous sample, by Phase.
    std::array<HistogramSlice, kPhaseCount> phases;

    friend bool operator==(const Sample &, const Sample &) = default;
};

/// The first line that the service sends on a connection.
struct Hello
{
    int protocol = kProtocolVersion;
    QByteArray version;
    std::int64_t pid = 0;
};

/// Why the service sends a snapshot: a new observer, an observer that was too slow, or a command.
enum class SnapshotReason : std::uint8_t { Attached, Lagged, Asked };
inline constexpr int kSnapshotReasonCount = static_cast<int>(SnapshotReason::Asked) + 1;
QLatin1StringView name(SnapshotReason reason);  ///< "attached", "lagged", "asked"

/// Either changes (Delta) or one part of a snapshot. An observer applies updates in the order of `seq`. At
/// the first part of a snapshot it clears its jobs, lanes, history and callbacks. Every update has values of
/// the moment `at`, also a part of a snapshot, so parts of a snapshot and deltas may alternate.
struct Update
{
    enum class Kind : std::uint8_t { Snapshot, Delta };

    /// Counts the updates of one connection from 1. A gap means that an update was lost, and that the
    /// observer must request a snapshot.
    std::uint64_t seq = 0;
    Kind kind = Kind::Delta;
    int part = 0;       ///< number of the part of a snapshot, from 1
    bool last = false;  ///< this is the last part of the snapshot
    SnapshotReason reason = SnapshotReason::Attached;
    WallTime at{};

    std::optional<ServiceFacts> service;
    std::optional<Sample> sample;
    std::vector<JobRow> jobs;   ///< live jobs that are new or changed, with all members
    std::vector<JobRow> ended;  ///< jobs that are no longer live, oldest first
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;  ///< accounts that have no lane any more
    std::vector<CallbackRow> callbacks;
    /// The numbers of entries of `ended` and `callbacks` that did not fit into the update and were left out.
    /// A left-out job that the observer knows as live is in `gone`.
    std::uint64_t endedOmitted = 0;
    std::uint64_t callbacksOmitted = 0;
    /// Ids of the jobs that are no longer live and were left out of `ended`.
    std::vector<QByteArray> gone;

    friend bool operator==(const Update &, const Update &) = default;
};

/// A command of a monitor.
struct Command
{
    enum class Verb : std::uint8_t {
        Snapshot,
        Cancel,
        PauseLane,
        ResumeLane,
        Drain,
        Result,       ///< get the stored answer of a job
        Journal,      ///< get the journal of a durable job
        DeadLetters,  ///< get all dead letters
        DeadLetter,   ///< get one dead letter with its body
        Redrive,      ///< redrive a dead letter
        Discard,      ///< discard a dead letter
    };
    static constexpr int kVerbs = static_cast<int>(Verb::Discard) + 1;

    QByteArray id;  ///< chosen by the monitor, repeated in the Reply; at most 64 bytes
    Verb verb = Verb::Snapshot;
    QByteArray target;  ///< id of the job or dead letter, account of the lane, or empty

    friend bool operator==(const Command &, const Command &) = default;
};
QLatin1StringView name(Command::Verb verb);  ///< "snapshot", "cancel", "pause_lane", …
/// Returns the name of the JSON member that contains the target of the command. Empty for a command without
/// one.
QLatin1StringView targetName(Command::Verb verb);
/// Returns whether the reply to the command may be nearly kMaxFrameBytes long.
bool hasLargeAnswer(Command::Verb verb);

/// The largest number of dead letters in one reply. So many certainly fit into kMaxFrameBytes.
inline constexpr std::size_t kMaxDeadLetters = 200;

/// The answer to a command.
struct Reply
{
    QByteArray id;
    bool ok = false;
    QString text;                                             ///< what was done, or why not, for people
    std::optional<StoredResult> result{};                     ///< answer to Verb::Result
    std::optional<StoredJournal> journal{};                   ///< answer to Verb::Journal
    std::optional<std::vector<DeadLetterRow>> deadLetters{};  ///< answer to Verb::DeadLetters, newest first
    std::uint64_t deadLettersOmitted = 0;                     ///< older dead letters beyond kMaxDeadLetters
    std::optional<DeadLetterRow> deadLetter{};                ///< answer to Verb::DeadLetter
    std::optional<BodyPart> body{};                           ///< body of `deadLetter`

    friend bool operator==(const Reply &, const Reply &) = default;
};

}  // namespace holdline::monitor
