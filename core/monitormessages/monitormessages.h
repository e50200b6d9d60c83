// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"
#include "core/telemetry/histogramslice.h"
#include "core/telemetry/metrics.h"
#include "core/telemetry/storestatus.h"

#include <QByteArray>
#include <QString>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

/// What the service tells those who watch it over the local socket, as plain values. How they are written is
/// in monitorcodec.h and resources/docs/monitor-protocol.md. Times of day are the service's clock, in
/// milliseconds.
namespace holdline::monitor {

/// Of the protocol. Members may be added to messages without a new number; what is there keeps its meaning.
inline constexpr int kProtocolVersion = 1;
/// Longest line the service sends, its end included.
inline constexpr qsizetype kMaxFrameBytes = 1024 * 1024;
/// Longest line it takes.
inline constexpr qsizetype kMaxCommandBytes = 16 * 1024;
/// Texts from outside (accounts, ids, addresses) are cut to this, with "…" at the end.
inline constexpr qsizetype kMaxTextBytes = 256;

using Milliseconds = std::chrono::milliseconds;
using Microseconds = std::chrono::microseconds;
using WallTime = std::chrono::sys_time<Milliseconds>;

/// Where a job stands, as people ask for it.
enum class RowState : std::uint8_t {
    Queued,       ///< waits for its lane's turn
    Retrying,     ///< its start failed and will be tried again
    Starting,     ///< its start is under way
    Running,      ///< started; its callback is awaited
    Unconfirmed,  ///< the start's fate is unknown; its callback is awaited
    Ended,
};
inline constexpr int kRowStateCount = static_cast<int>(RowState::Ended) + 1;
QLatin1StringView name(RowState state);  ///< "queued", "retrying", …

/// A job as it stands. Live while its request is held, ended once.
struct JobRow
{
    QByteArray id;
    RowState state = RowState::Queued;
    QByteArray account;
    WallTime created{};
    WallTime deadline{};
    /// Among the queued jobs of one account, the one with the smallest number is next.
    std::int64_t order = 0;
    std::optional<Microseconds> queue;  ///< asked → last start left
    std::optional<Microseconds> start;  ///< start left → its answer
    std::optional<Microseconds> job;    ///< start's answer → callback
    std::optional<Microseconds> total;  ///< asked → settled, once ended
    int attempts = 0;
    bool passThrough = false;
    std::optional<Reason> outcome;  ///< once ended
    int status = 0;                 ///< HTTP status of the client's answer once ended, 499 when it had left
    QByteArray upstreamId;
    QByteArray client;
    QByteArray requestId;
    /// What the last start that did not succeed said, for people.
    QByteArray detail;
    bool durable = false;     ///< goes on without its client: it has a key or was handed over
    bool handedOver = false;  ///< its client was told to come back for the result
    bool recovered = false;   ///< read from the store at the service's start
    int joined = 0;           ///< requests that joined it by its key
    int waiting = 0;          ///< clients that wait for a durable job's answer now

    WallTime ended() const
    {
        return created + std::chrono::floor<Milliseconds>(total.value_or(Microseconds{}));
    }
    friend bool operator==(const JobRow &, const JobRow &) = default;
};

struct LaneRow
{
    QByteArray account;
    int queued = 0;
    int inFlight = 0;
    std::optional<Microseconds> turn;  ///< smoothed time of one start
    /// How long one more job would wait for its start.
    std::optional<Microseconds> forecast;
    bool paused = false;

    friend bool operator==(const LaneRow &, const LaneRow &) = default;
};

/// An entry of the callback ledger.
struct CallbackRow
{
    WallTime at{};
    CallbackOutcome word = CallbackOutcome::None;
    QByteArray job;
    QByteArray upstreamId;
    QByteArray client;
    std::int64_t bytes = 0;

    friend bool operator==(const CallbackRow &, const CallbackRow &) = default;
};

/// A dead letter: a callback that was not taken, or a handed-over job that failed (core/job/deadletter.h).
struct DeadLetterRow
{
    QByteArray id;
    DeadLetter::Kind kind = DeadLetter::Kind::Callback;
    WallTime at{};
    Reason reason = Reason::InternalError;
    QByteArray job;
    QByteArray account;
    QByteArray client;  ///< who sent it
    QByteArray detail;
    std::int64_t bytes = 0;  ///< of its whole body
    bool cut = false;        ///< not all of that was kept: it cannot be driven again
    int redriven = 0;        ///< times it was driven again, without success

    friend bool operator==(const DeadLetterRow &, const DeadLetterRow &) = default;
};

/// The body of a result or a letter.
struct BodyPart
{
    /// The longest that is told.
    static constexpr qsizetype kMaxBytes = 384 * 1024;

    QByteArray contentType;
    QByteArray bytes;       ///< the first kMaxBytes
    std::int64_t size = 0;  ///< of all of it

    static BodyPart of(const QByteArray &contentType, const QByteArray &body);
    bool isCut() const { return bytes.size() < size; }
    friend bool operator==(const BodyPart &, const BodyPart &) = default;
};

/// The stored answer of a job that has ended.
struct StoredResult
{
    QByteArray job;
    int status = 0;
    BodyPart body;

    friend bool operator==(const StoredResult &, const StoredResult &) = default;
};

/// What is fixed about the service, or changes with its configuration only.
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

enum class CircuitState : std::uint8_t { Closed, Open, HalfOpen };
QLatin1StringView name(CircuitState state);  ///< "closed", "open", "half_open"

/// Phases with a histogram of their own.
enum class Phase : std::uint8_t { Queue, Start, Job, Total };
inline constexpr int kPhaseCount = static_cast<int>(Phase::Total) + 1;
QLatin1StringView name(Phase phase);  ///< "queue", "start", "job", "total"

/// How the store of durable jobs stood, and how long writes took within a sample's span.
struct StoreSample
{
    bool available = true;
    bool durable = false;  ///< what it holds survives the process
    QByteArray error;      ///< why it is not available, for people
    int queued = 0;        ///< writes that are neither stored nor failed
    std::uint64_t writes = 0;
    std::uint64_t failedWrites = 0;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    HistogramSlice took;  ///< from a write's asking to its being durable

    friend bool operator==(const StoreSample &, const StoreSample &) = default;
};

/// How things stood at one moment, and what was measured since the sample before it. One a second.
struct Sample
{
    WallTime at{};
    Microseconds span{};  ///< since the sample before it; 0 in the first one

    /// Since the service started, never falling.
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
    CircuitState circuit = CircuitState::Closed;
    bool draining = false;
    Microseconds cpu{};         ///< user and system time of the process since it started
    std::int64_t rssBytes = 0;  ///< memory of the process that is resident
    int observers = 0;          ///< connections to the local socket

    int durable = 0;  ///< durable jobs that have not ended
    int waiting = 0;  ///< clients that wait for one of them
    // Since the service started.
    std::uint64_t joined = 0;     ///< requests that joined a job by its key
    std::uint64_t recovered = 0;  ///< jobs that were read from the store
    /// Dead letters that were ever stored, and those there are now, by DeadLetter::Kind.
    std::uint64_t deadLettersStored = 0;
    std::array<std::int64_t, kDeadLetterKinds> letters{};
    std::optional<StoreSample> store;  ///< nothing: not known

    /// What ended within the span.
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
QLatin1StringView name(SnapshotReason reason);  ///< "attached", "lagged", "asked"

/// What changed, or a part of a snapshot. Applying updates in their order is all there is to it: the first
/// part of a snapshot means "forget jobs, lanes, history and callbacks", and everything else is told as it
/// stands now, in whatever update it comes; parts and deltas may alternate.
struct Update
{
    enum class Kind : std::uint8_t { Snapshot, Delta };

    /// Counts the updates of one connection from 1. A number left out means that something was lost: ask for
    /// a snapshot.
    std::uint64_t seq = 0;
    Kind kind = Kind::Delta;
    int part = 0;       ///< of a snapshot, from 1
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
    /// More came than an update may hold: that many were counted only. An ended job that is left out was
    /// never told as live either, or is in `gone`.
    std::uint64_t endedOmitted = 0;
    std::uint64_t callbacksOmitted = 0;
    /// Jobs that are no longer live and whose end was left out.
    std::vector<QByteArray> gone;

    friend bool operator==(const Update &, const Update &) = default;
};

/// What a monitor may ask for.
struct Command
{
    enum class Verb : std::uint8_t {
        Snapshot,
        Cancel,
        PauseLane,
        ResumeLane,
        Drain,
        Result,       ///< the stored answer of a job
        DeadLetters,  ///< those there are
        DeadLetter,   ///< one with its body
        Redrive,      ///< a dead letter is to be driven again
        Discard,      ///< a dead letter is to be thrown away
    };
    static constexpr int kVerbs = static_cast<int>(Verb::Discard) + 1;

    QByteArray id;  ///< comes back with the answer; at most 64 bytes
    Verb verb = Verb::Snapshot;
    QByteArray target;  ///< the job's id, the lane's account, the letter's id; empty where there is none

    friend bool operator==(const Command &, const Command &) = default;
};
QLatin1StringView name(Command::Verb verb);  ///< "snapshot", "cancel", "pause_lane", …
/// The member that names a command's target; empty where it has none.
QLatin1StringView targetName(Command::Verb verb);
/// Whether the answer may take most of a frame.
bool hasLargeAnswer(Command::Verb verb);

/// Letters in one reply that certainly fit into a frame, however long their texts.
inline constexpr std::size_t kMaxDeadLetters = 200;

/// The answer to a command.
struct Reply
{
    QByteArray id;
    bool ok = false;
    QString text;                                         ///< what was done, or why not, for people
    std::optional<StoredResult> result{};                 ///< to Verb::Result
    std::optional<std::vector<DeadLetterRow>> letters{};  ///< to Verb::DeadLetters, newest first
    std::uint64_t deadLettersOmitted = 0;                 ///< older ones, beyond kMaxDeadLetters
    std::optional<DeadLetterRow> letter{};                ///< to Verb::DeadLetter
    std::optional<BodyPart> body{};                       ///< the letter's

    friend bool operator==(const Reply &, const Reply &) = default;
};

}  // namespace holdline::monitor
