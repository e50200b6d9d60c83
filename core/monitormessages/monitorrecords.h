// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/job/deadletter.h"
#include "core/job/jobjournal.h"
#include "core/job/jobmachine.h"

#include <QByteArray>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

/// The records in messages to monitors, as plain values.
namespace holdline::monitor {

/// The longest line that the service sends, in bytes, including the line end.
inline constexpr qsizetype kMaxFrameBytes = 1024 * 1024;
/// The longest line that the service accepts, in bytes.
inline constexpr qsizetype kMaxCommandBytes = 16 * 1024;
/// Texts from outside (accounts, ids, addresses) are cut to this size, with "…" at the end.
inline constexpr qsizetype kMaxTextBytes = 256;

using Milliseconds = std::chrono::milliseconds;
using Microseconds = std::chrono::microseconds;

/// The state of a job, as people name it.
enum class RowState : std::uint8_t {
    Queued,       ///< waits in its lane for the first start request
    Retrying,     ///< a start request failed and will be sent again
    Starting,     ///< a start request is in flight
    Running,      ///< started; waits for its callback
    Unconfirmed,  ///< it is unknown whether the job was started; waits for its callback
    Ended,
};
inline constexpr int kRowStateCount = static_cast<int>(RowState::Ended) + 1;
QLatin1StringView name(RowState state);  ///< "queued", "retrying", …

/// A job in its current state. The job is live until it has ended; then one last row has the state Ended.
struct JobRow
{
    QByteArray id;
    RowState state = RowState::Queued;
    QByteArray account;
    QByteArray route;  ///< name of the route; empty for the built-in one
    WallTime created{};
    WallTime deadline{};
    /// Among the queued jobs of one account, the one with the smallest number is next.
    std::int64_t order = 0;
    std::optional<Microseconds> queue;  ///< client's request → last start request sent
    std::optional<Microseconds> start;  ///< start request sent → its answer
    std::optional<Microseconds> job;    ///< answer to the start request → callback
    std::optional<Microseconds> total;  ///< client's request → end of the job; set once ended
    int attempts = 0;                   ///< start requests so far
    bool passThrough = false;           ///< the client sent `wait:false`
    std::optional<Reason> outcome;      ///< set once ended
    int status = 0;  ///< HTTP status of the client's answer once ended, 499 when the client had left
    QByteArray upstreamId;
    QByteArray client;
    QByteArray requestId;
    /// The result of the last start request that failed, for people.
    QByteArray detail;
    QByteArray progress;      ///< state in the last callback whose state was not final
    int progressReports = 0;  ///< number of callbacks whose state was not final
    bool durable = false;     ///< has an Idempotency-Key or is handed over; goes on without its client
    bool handedOver = false;  ///< the client will ask for the result later
    bool recovered = false;   ///< read from the store when the service started
    int joined = 0;           ///< requests that joined the job by its Idempotency-Key
    int waiting = 0;          ///< clients that wait for a durable job now

    /// When the job ended. Meaningful only once ended.
    WallTime ended() const
    {
        return created + std::chrono::floor<Milliseconds>(total.value_or(Microseconds{}));
    }
    friend bool operator==(const JobRow &, const JobRow &) = default;
};

struct LaneRow
{
    QByteArray account;
    int queued = 0;                    ///< jobs that wait for their start
    int inFlight = 0;                  ///< start requests in flight
    std::optional<Microseconds> turn;  ///< smoothed duration of one start request
    /// How long one more job would wait for its start, by the forecast.
    std::optional<Microseconds> forecast;
    bool paused = false;
    // Only for lanes of configured routes. A limit is 0 when the route does not set it.
    int startsLimit = 0;  ///< start requests that may be in flight
    int running = 0;      ///< jobs that run or may run
    int runningLimit = 0;
    int rateUsed = 0;   ///< start requests sent within the last rateWindow
    int rateLimit = 0;  ///< start requests allowed within any rateWindow
    std::optional<Microseconds> rateWindow{};

    friend bool operator==(const LaneRow &, const LaneRow &) = default;
};

/// An entry of the callback ledger (core/job/callbackledger.h).
struct CallbackRow
{
    WallTime at{};
    CallbackOutcome outcome = CallbackOutcome::None;
    QByteArray job;
    QByteArray upstreamId;
    QByteArray client;
    std::int64_t bytes = 0;  ///< size of the body

    friend bool operator==(const CallbackRow &, const CallbackRow &) = default;
};

/// A dead letter: a refused callback, or a handed-over job that failed (core/job/deadletter.h).
struct DeadLetterRow
{
    QByteArray id;
    DeadLetter::Kind kind = DeadLetter::Kind::Callback;
    WallTime at{};
    Reason reason = Reason::InternalError;
    QByteArray job;
    QByteArray account;
    QByteArray client;  ///< address of the sender
    QByteArray detail;
    std::int64_t bytes = 0;  ///< size of the whole body
    bool cut = false;        ///< part of the body is missing, so the dead letter cannot be redriven
    int redriven = 0;        ///< failed redrives

    friend bool operator==(const DeadLetterRow &, const DeadLetterRow &) = default;
};

/// The body of a result or a dead letter.
struct BodyPart
{
    /// The largest number of bytes of a body in one message.
    static constexpr qsizetype kMaxBytes = 384 * 1024;

    QByteArray contentType;
    QByteArray bytes;       ///< the beginning of the body, at most kMaxBytes
    std::int64_t size = 0;  ///< size of the whole body

    /// Takes at most the first kMaxBytes of `body`. A text is not cut inside a UTF-8 character.
    static BodyPart of(const QByteArray &contentType, const QByteArray &body);
    bool isCut() const { return bytes.size() < size; }
    friend bool operator==(const BodyPart &, const BodyPart &) = default;
};

/// The journal of a durable job.
struct StoredJournal
{
    QByteArray job;
    std::vector<JournalEntry> entries;  ///< oldest first
    int omitted = 0;                    ///< entries that were left out after the first JobJournal::kFirst

    friend bool operator==(const StoredJournal &, const StoredJournal &) = default;
};

/// The stored answer of a job that has ended.
struct StoredResult
{
    QByteArray job;
    int status = 0;
    BodyPart body;

    friend bool operator==(const StoredResult &, const StoredResult &) = default;
};

}  // namespace holdline::monitor
