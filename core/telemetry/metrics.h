// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"
#include "core/job/reason.h"
#include "core/telemetry/latencyhistogram.h"
#include "core/telemetry/storestatus.h"

#include <QByteArray>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace holdline {

/// How a start request to the upstream ended, as a metric's label.
enum class StartFate : std::uint8_t { Accepted, Rejected, NotStarted, Unknown };
inline constexpr int kStartFateCount = static_cast<int>(StartFate::Unknown) + 1;
QLatin1StringView name(StartFate fate);

/// What of the jobs API was asked for, as a metric's label.
enum class ApiRoute : std::uint8_t { Job, Result, Events, Cancel, List };
inline constexpr int kApiRouteCount = static_cast<int>(ApiRoute::List) + 1;
QLatin1StringView name(ApiRoute route);

/// What one shard has counted since it was made: plain numbers that only grow, to be added up over shards.
/// No label here ever holds text from outside, so the number of series is bounded.
struct Counters
{
    /// A request ended: its outcome, or why it was refused.
    void countRequest(Reason reason) { ++requests[static_cast<std::size_t>(reason)]; }
    void countCallback(CallbackOutcome word) { ++callbacks[static_cast<std::size_t>(word)]; }
    void countStart(StartFate fate, Duration took)
    {
        ++starts[static_cast<std::size_t>(fate)];
        startTook.record(took);
    }
    /// The listener answered a request itself, with `status` (0: dropped without an answer); others than
    /// HTTP's count as 0.
    void countHttpRefusal(int status) { ++httpRefusals[status >= 100 && status <= 599 ? status : 0]; }
    /// The jobs API answered; others than HTTP's statuses count as 0.
    void countApiAnswer(ApiRoute route, int status)
    {
        ++apiAnswers[static_cast<std::size_t>(route)][status >= 100 && status <= 599 ? status : 0];
    }
    void add(const Counters &other);

    std::array<std::uint64_t, kReasonCount> requests{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::array<std::uint64_t, kStartFateCount> starts{};
    std::map<int, std::uint64_t> httpRefusals;
    std::array<std::map<int, std::uint64_t>, kApiRouteCount> apiAnswers;  ///< by status
    std::uint64_t retries = 0;             ///< starts after the first one of a job
    std::uint64_t connectionsClosed = 0;   ///< client connections that ended
    std::uint64_t startsForwarded = 0;     ///< went to another shard, where their account lives
    std::uint64_t callbacksForwarded = 0;  ///< went to another shard, where their job lives
    std::uint64_t joined = 0;              ///< requests that joined a job by its Idempotency-Key
    std::uint64_t recovered = 0;           ///< jobs that were read from the store at the start
    std::array<std::uint64_t, kDeadLetterKinds> deadLettersStored{};  ///< dead letters stored, by kind
    std::uint64_t deadLettersDropped = 0;                             ///< too many at once, or never stored
    std::uint64_t reloads = 0;         ///< SIGHUPs whose configuration was taken
    std::uint64_t reloadsRefused = 0;  ///< SIGHUPs whose configuration was wrong

    LatencyHistogram queueTook;    ///< asked → start left
    LatencyHistogram startTook;    ///< each start request
    LatencyHistogram jobTook;      ///< start's answer → callback
    LatencyHistogram requestTook;  ///< asked → answered, of all requests that became a job
};

/// How things stand at this moment, in one shard or, added up, in all of them; asked for when the metrics
/// are.
struct Gauges
{
    /// `startedAt` stays what it is.
    void add(const Gauges &other);

    int threads = 1;  ///< shards that are added up here
    int held = 0;     ///< requests held
    int queued = 0;   ///< starts that wait for their lane
    int lanes = 0;    ///< accounts with a lane
    int startsInFlight = 0;
    int retainedJobs = 0;  ///< finished jobs remembered
    std::int64_t retainedBytes = 0;
    int durable = 0;             ///< durable jobs that have not ended
    int waiting = 0;             ///< clients that wait for one of them
    int deadLettersWaiting = 0;  ///< dead letters that could not be stored yet
    int clientConnections = 0;
    std::optional<int> upstreamConnections;  ///< nothing: nobody counts them, and there is no such metric
    int apiWaiting = 0;  ///< requests and event streams of the jobs API that wait for a job
    bool circuitOpen = false;
    bool draining = false;
    std::chrono::system_clock::time_point startedAt{};  ///< of the process
    std::uint64_t accessLinesDropped = 0;               ///< see AccessLog
    std::uint64_t logLinesLost = 0;                     ///< could not be written
};

/// The whole of `/metrics`, Prometheus text 0.0.4 (PrometheusText::kContentType).
QByteArray renderMetrics(const Counters &counters, const Gauges &gauges, const StoreStatus &store);

}  // namespace holdline
