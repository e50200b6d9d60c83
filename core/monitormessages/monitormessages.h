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

/// The messages between the service and its monitors, as plain values. monitorcodec.h and
/// resources/docs/monitor-protocol.md describe their encoding. Times of day follow the clock of the service,
/// in milliseconds.
namespace holdline::monitor {

/// Version of the protocol. New members of messages keep the version, and existing members keep their
/// meaning.
inline constexpr int kProtocolVersion = 1;
/// Facts of the service that change with its configuration only.
struct ServiceFacts
{
    QByteArray version;
    QByteArray qt;
    std::int64_t pid = 0;
    WallTime startedAt{};
    QByteArray listen;       ///< "127.0.0.1:3738"
    QByteArray upstream;     ///< URL, without secrets
    QByteArray callbackUrl;  ///< without a token
    Milliseconds deadline{};
    Milliseconds drainTimeout{};
    int heldLimit = 0;
    int startsPerAccount = 1;
    int threads = 1;

    friend bool operator==(const ServiceFacts &, const ServiceFacts &) = default;
};

using CircuitState = CircuitBreaker::State;

/// The phases that have a histogram.
enum class Phase : std::uint8_t { Queue, Start, Job, Total };
inline constexpr int kPhaseCount = static_cast<int>(Phase::Total) + 1;
QLatin1StringView name(Phase phase);  ///< "queue", "start", "job", "total"

/// The state of the store of durable jobs, and the duration of writes within the span of a sample.
struct StoreSample
{
    bool available = true;
    bool durable = false;  ///< its content survives the process
    QByteArray error;      ///< why it is not available, for people
    int queued = 0;        ///< writes that are neither stored nor failed
    std::uint64_t writes = 0;
    std::uint64_t failedWrites = 0;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    HistogramSlice took;  ///< from the request of a write to its durability

    friend bool operator==(const StoreSample &, const StoreSample &) = default;
};

/// The circuit breaker of one upstream.
struct UpstreamCircuit
{
    QByteArray upstream;  ///< scheme, host and port
    CircuitState state = CircuitState::Closed;

    friend bool operator==(const UpstreamCircuit &, const UpstreamCircuit &) = default;
};

/// The state at one moment, and the measurements since the previous sample. One per second.
struct Sample
{
    WallTime at{};
    Microseconds span{};  ///< time since the previous sample; 0 in the first one

    /// Totals since the service started. They never fall.
    std::array<std::uint64_t, kReasonCount> requests{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::array<std::uint64_t, kStartFateCount> starts{};
    std::uint64_t retries = 0;

    int held = 0;
    int heldPeak = 0;  ///< highest since the service started
    int queued = 0;
    int lanes = 0;
    int startsInFlight = 0;
    int clientConnections = 0;
    int upstreamConnections = 0;
    CircuitState circuit = CircuitState::Closed;  ///< the worst of all upstreams
    std::vector<UpstreamCircuit> circuits;        ///< those that are not closed, at most kMaxCircuits
    static constexpr std::size_t kMaxCircuits = 100;
    bool draining = false;
    Microseconds cpu{};         ///< user and system time of the process since it started
    std::int64_t rssBytes = 0;  ///< resident memory of the process
    int observers = 0;          ///< connections to the local socket

    int durable = 0;  ///< durable jobs that have not ended
    int waiting = 0;  ///< clients that wait for a durable job
    // Totals since the service started.
    std::uint64_t joined = 0;     ///< requests that joined a job by its key
    std::uint64_t recovered = 0;  ///< jobs that were read from the store
    /// Dead letters that were ever stored, and those in the store now, by DeadLetter::Kind.
    std::uint64_t deadLettersStored = 0;
    std::array<std::int64_t, kDeadLetterKinds> deadLetters{};
    std::optional<StoreSample> store;  ///< empty when unknown

    /// The durations of jobs that ended within the span.
    std::array<HistogramSlice, kPhaseCount> phases;

    friend bool operator==(const Sample &, const Sample &) = default;
};

/// The first line of a connection.
struct Hello
{
    int protocol = kProtocolVersion;
    QByteArray version;
    std::int64_t pid = 0;
};

/// Why a snapshot begins.
enum class SnapshotReason : std::uint8_t { Attached, Lagged, Asked };
inline constexpr int kSnapshotReasonCount = static_cast<int>(SnapshotReason::Asked) + 1;
QLatin1StringView name(SnapshotReason reason);  ///< "attached", "lagged", "asked"

/// Changes, or a part of a snapshot. An observer applies updates in their order. The first part of a
/// snapshot clears jobs, lanes, history and callbacks. Every update describes the state now. Parts of a
/// snapshot and deltas may alternate.
struct Update
{
    enum class Kind : std::uint8_t { Snapshot, Delta };

    /// Counts the updates of one connection from 1. A gap means that an update was lost. Then ask for
    /// a snapshot.
    std::uint64_t seq = 0;
    Kind kind = Kind::Delta;
    int part = 0;       ///< number of the part of a snapshot, from 1
    bool last = false;  ///< the snapshot is complete
    SnapshotReason reason = SnapshotReason::Attached;
    WallTime at{};

    std::optional<ServiceFacts> service;
    std::optional<Sample> sample;
    std::vector<JobRow> jobs;   ///< live ones, new or changed, whole
    std::vector<JobRow> ended;  ///< no longer live, oldest first
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;
    std::vector<CallbackRow> callbacks;
    /// The number of entries that did not fit into the update. The observer never saw a left-out
    /// ended job as live, or `gone` names it.
    std::uint64_t endedOmitted = 0;
    std::uint64_t callbacksOmitted = 0;
    /// Jobs that are no longer live, and whose end was left out.
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
        Result,       ///< the stored answer of a job
        Journal,      ///< what happened to a durable job
        DeadLetters,  ///< all dead letters
        DeadLetter,   ///< one dead letter with its body
        Redrive,      ///< redrive a dead letter
        Discard,      ///< discard a dead letter
    };
    static constexpr int kVerbs = static_cast<int>(Verb::Discard) + 1;

    QByteArray id;  ///< comes back with the answer; at most 64 bytes
    Verb verb = Verb::Snapshot;
    QByteArray target;  ///< id of the job or dead letter, account of the lane, or empty

    friend bool operator==(const Command &, const Command &) = default;
};
QLatin1StringView name(Command::Verb verb);  ///< "snapshot", "cancel", "pause_lane", …
/// The member with the target of a command. Empty for a command without a target.
QLatin1StringView targetName(Command::Verb verb);
/// True when the answer can fill most of a frame.
bool hasLargeAnswer(Command::Verb verb);

/// The number of dead letters that certainly fits into one reply, whatever their texts.
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
    std::optional<BodyPart> body{};                           ///< body of that dead letter

    friend bool operator==(const Reply &, const Reply &) = default;
};

}  // namespace holdline::monitor
