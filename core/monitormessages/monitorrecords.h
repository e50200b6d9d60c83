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

/// The records that messages to monitors consist of, as plain values.
namespace holdline::monitor {

/// The longest line from the service, with its line end.
inline constexpr qsizetype kMaxFrameBytes = 1024 * 1024;
/// The longest line that the service accepts.
inline constexpr qsizetype kMaxCommandBytes = 16 * 1024;
/// Texts from outside (accounts, ids, addresses) are cut to this size, with "…" at the end.
inline constexpr qsizetype kMaxTextBytes = 256;

using Milliseconds = std::chrono::milliseconds;
using Microseconds = std::chrono::microseconds;

/// The state of a job, as people name it.
enum class RowState : std::uint8_t {
    Queued,       ///< waits for the turn of its lane
    Retrying,     ///< the start failed and will be tried again
    Starting,     ///< the start is under way
    Running,      ///< started, waits for its callback
    Unconfirmed,  ///< the fate of the start is unknown; waits for its callback
    Ended,
};
inline constexpr int kRowStateCount = static_cast<int>(RowState::Ended) + 1;
QLatin1StringView name(RowState state);  ///< "queued", "retrying", …

/// A job in its current state: live while its request is held, then ended once.
struct JobRow
{
    QByteArray id;
    RowState state = RowState::Queued;
    QByteArray account;
    QByteArray route;  ///< empty for the usual one
    WallTime created{};
    WallTime deadline{};
    /// Among the queued jobs of one account, the one with the smallest number is next.
    std::int64_t order = 0;
    std::optional<Microseconds> queue;  ///< request → last start left
    std::optional<Microseconds> start;  ///< start left → its answer
    std::optional<Microseconds> job;    ///< start's answer → callback
    std::optional<Microseconds> total;  ///< request → settled, once ended
    int attempts = 0;
    bool passThrough = false;
    std::optional<Reason> outcome;  ///< once ended
    int status = 0;  ///< HTTP status of the client's answer once ended, 499 when the client had left
    QByteArray upstreamId;
    QByteArray client;
    QByteArray requestId;
    /// The result of the last failed start, for people.
    QByteArray detail;
    QByteArray progress;      ///< state of its last callback that was not final
    int progressReports = 0;  ///< how many such callbacks came
    bool durable = false;     ///< has a key or is handed over; goes on without its client
    bool handedOver = false;  ///< its client comes back for the result
    bool recovered = false;   ///< read from the store when the service started
    int joined = 0;           ///< requests that joined the job by its key
    int waiting = 0;          ///< clients that wait for a durable job now

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
    /// The forecast wait of one more job for its start.
    std::optional<Microseconds> forecast;
    bool paused = false;
    // Only of lanes of routes. 0 for a limit that the route does not set.
    int startsLimit = 0;  ///< starts that may be in flight
    int running = 0;      ///< jobs that run or may run
    int runningLimit = 0;
    int rateUsed = 0;  ///< starts that left within the last rateWindow
    int rateLimit = 0;
    std::optional<Microseconds> rateWindow{};

    friend bool operator==(const LaneRow &, const LaneRow &) = default;
};

/// An entry of the callback ledger.
struct CallbackRow
{
    WallTime at{};
    CallbackOutcome outcome = CallbackOutcome::None;
    QByteArray job;
    QByteArray upstreamId;
    QByteArray client;
    std::int64_t bytes = 0;

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
    bool cut = false;        ///< part of the body is missing, so it cannot be redriven
    int redriven = 0;        ///< failed redrives

    friend bool operator==(const DeadLetterRow &, const DeadLetterRow &) = default;
};

/// The body of a result or a dead letter.
struct BodyPart
{
    /// The most bytes that a message carries.
    static constexpr qsizetype kMaxBytes = 384 * 1024;

    QByteArray contentType;
    QByteArray bytes;       ///< the first kMaxBytes
    std::int64_t size = 0;  ///< size of the whole body

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
