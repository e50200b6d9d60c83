// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/circuitbreaker.h"
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

/// How a start request to the upstream ended. A label of metrics.
enum class StartFate : std::uint8_t { Accepted, Rejected, NotStarted, Unknown };
inline constexpr int kStartFateCount = static_cast<int>(StartFate::Unknown) + 1;
QLatin1StringView name(StartFate fate);

/// How the request that cancels a job at the upstream ended. A label of metrics.
enum class UpstreamCancel : std::uint8_t {
    Done,     ///< 2xx
    Refused,  ///< another status
    Failed,   ///< no answer
    NotSent,  ///< too many requests were under way, or the job's id was unknown
};
inline constexpr int kUpstreamCancelCount = static_cast<int>(UpstreamCancel::NotSent) + 1;
QLatin1StringView name(UpstreamCancel result);

/// The route of the jobs API. A label of metrics.
enum class ApiRoute : std::uint8_t { Job, Result, Events, Cancel, List };
inline constexpr int kApiRouteCount = static_cast<int>(ApiRoute::List) + 1;
QLatin1StringView name(ApiRoute route);

/// The counters of one shard since it was made. They only grow, and they are added up over the shards. No
/// label holds text from outside, so the number of series is bounded.
struct Counters
{
    /// Counts a finished request by its outcome, or by the reason for its refusal.
    void countRequest(Reason reason) { ++requests[static_cast<std::size_t>(reason)]; }
    void countCallback(CallbackOutcome outcome) { ++callbacks[static_cast<std::size_t>(outcome)]; }
    void countStart(StartFate fate, Duration took)
    {
        ++starts[static_cast<std::size_t>(fate)];
        startTook.record(took);
    }
    /// Counts an answer of the listener itself. `status` 0 means a drop without an answer. A value
    /// that is no HTTP status counts as 0.
    void countHttpRefusal(int status) { ++httpRefusals[status >= 100 && status <= 599 ? status : 0]; }
    /// Counts an answer of the jobs API. A value that is no HTTP status counts as 0.
    void countApiAnswer(ApiRoute route, int status)
    {
        ++apiAnswers[static_cast<std::size_t>(route)][status >= 100 && status <= 599 ? status : 0];
    }
    /// Counts a job of a configured route that ended. The configuration bounds the number of routes.
    void countRouteJob(const QByteArray &route, Reason outcome)
    {
        ++routeJobs[route][static_cast<std::size_t>(outcome)];
    }
    void countUpstreamCancel(UpstreamCancel result) { ++upstreamCancels[static_cast<std::size_t>(result)]; }
    void add(const Counters &other);

    std::array<std::uint64_t, kReasonCount> requests{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::array<std::uint64_t, kStartFateCount> starts{};
    std::map<int, std::uint64_t> httpRefusals;
    std::array<std::map<int, std::uint64_t>, kApiRouteCount> apiAnswers;      ///< by status
    std::map<QByteArray, std::array<std::uint64_t, kReasonCount>> routeJobs;  ///< by route and outcome
    std::uint64_t statusRequests = 0;  ///< questions about running jobs
    std::array<std::uint64_t, kUpstreamCancelCount> upstreamCancels{};
    // Fetches of the public keys of callbacks, and of access tokens for upstreams.
    std::uint64_t keySetFetches = 0;
    std::uint64_t keySetFailures = 0;
    std::uint64_t tokenFetches = 0;
    std::uint64_t tokenFailures = 0;
    std::uint64_t tokensRefused = 0;         ///< requests with a token that the upstream answered 401
    std::uint64_t callbacksWithoutKeys = 0;  ///< answered 503, because nothing could verify them
    std::uint64_t retries = 0;               ///< starts after the first start of a job
    std::uint64_t connectionsClosed = 0;     ///< client connections that ended
    std::uint64_t startsForwarded = 0;       ///< starts sent to the shard of their account
    std::uint64_t callbacksForwarded = 0;    ///< callbacks sent to the shard of their job
    std::uint64_t joined = 0;                ///< requests that joined a job by its Idempotency-Key
    std::uint64_t recovered = 0;             ///< jobs read from the store when the service started
    std::array<std::uint64_t, kDeadLetterKinds> deadLettersStored{};  ///< dead letters stored, by kind
    std::uint64_t deadLettersDropped = 0;  ///< too many at once, or impossible to store
    std::uint64_t reloads = 0;             ///< SIGHUPs that applied a configuration
    std::uint64_t reloadsRefused = 0;      ///< SIGHUPs with a wrong configuration

    LatencyHistogram queueTook;    ///< request → start left
    LatencyHistogram startTook;    ///< each start request
    LatencyHistogram jobTook;      ///< start's answer → callback
    LatencyHistogram requestTook;  ///< request → answer, of all requests that became a job
};

/// The state of one shard at this moment, or the sum over all shards. Made when somebody asks for the
/// metrics.
struct Gauges
{
    /// Adds everything except `startedAt`.
    void add(const Gauges &other);

    int threads = 1;  ///< shards in this sum
    int held = 0;     ///< requests held
    int queued = 0;   ///< starts that wait in their lane
    int lanes = 0;    ///< accounts with a lane
    int startsInFlight = 0;
    int retainedJobs = 0;  ///< finished jobs in memory
    std::int64_t retainedBytes = 0;
    std::int64_t bodyBytes = 0;       ///< bodies that are received, held, queued or sent
    std::int64_t bodyBytesLimit = 0;  ///< see limits.memory
    int durable = 0;                  ///< durable jobs that have not ended
    int waiting = 0;                  ///< clients that wait for one of them
    int deadLettersWaiting = 0;       ///< dead letters that could not be stored yet
    int clientConnections = 0;
    std::optional<int> upstreamConnections;  ///< empty when nobody counts them; then there is no metric
    Duration keySetAge{};                    ///< of the oldest key set in use, since its fetch
    int keySetsMissing = 0;                  ///< that were never fetched
    int callbacksWaitingForKeys = 0;         ///< held until a key set comes
    int callsWaitingForToken = 0;            ///< starts and questions held until a token comes
    int apiWaiting = 0;                 ///< requests and event streams of the jobs API that wait for a job
    int callbacksWaitingForStarts = 0;  ///< registered callbacks that wait for the answer to a start
    bool circuitOpen = false;
    /// By the name of the upstream; over several shards the worst state. The configuration bounds the number.
    std::map<QByteArray, CircuitBreaker::State> circuits;
    std::map<QByteArray, int> routeRunning;  ///< jobs that run or may run, by configured route
    bool draining = false;
    std::chrono::system_clock::time_point startedAt{};  ///< of the process
    std::uint64_t accessLinesDropped = 0;               ///< see AccessLog
    std::uint64_t logLinesLost = 0;                     ///< lines that could not be written
};

/// The whole text of `/metrics`, Prometheus text 0.0.4 (PrometheusText::kContentType).
QByteArray renderMetrics(const Counters &counters, const Gauges &gauges, const StoreStatus &store);

}  // namespace holdline
