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

/// How a start request to the upstream ended. The value of a label of metrics.
enum class StartFate : std::uint8_t { Accepted, Rejected, NotStarted, Unknown };
inline constexpr int kStartFateCount = static_cast<int>(StartFate::Unknown) + 1;
QLatin1StringView name(StartFate fate);

/// How the request that cancels a job at the upstream ended. The value of a label of metrics.
enum class UpstreamCancel : std::uint8_t {
    Done,     ///< 2xx
    Refused,  ///< another status
    Failed,   ///< no answer
    NotSent,  ///< too many requests were in flight, or the upstream's job id was unknown
};
inline constexpr int kUpstreamCancelCount = static_cast<int>(UpstreamCancel::NotSent) + 1;
QLatin1StringView name(UpstreamCancel result);

/// The operations of the jobs API. The value of a label of metrics.
enum class ApiRoute : std::uint8_t { Job, Result, Events, Cancel, List };
inline constexpr int kApiRouteCount = static_cast<int>(ApiRoute::List) + 1;
QLatin1StringView name(ApiRoute route);

/// The counters of one shard (one thread that serves clients) since it was made. Counters never decrease.
/// `/metrics` shows the sums over all shards. Labels have no values from outside, so the number of time
/// series is bounded.
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
    /// Counts a request that the HTTP listener itself refused. `status` 0 means that the connection was
    /// closed without an answer. A value that is not an HTTP status counts as 0.
    void countHttpRefusal(int status) { ++httpRefusals[status >= 100 && status <= 599 ? status : 0]; }
    /// Counts an answer of the jobs API. A value that is not an HTTP status counts as 0.
    void countApiAnswer(ApiRoute route, int status)
    {
        ++apiAnswers[static_cast<std::size_t>(route)][status >= 100 && status <= 599 ? status : 0];
    }
    /// Counts a job of a configured route that has ended. The number of routes is bounded by the
    /// configuration.
    void countRouteJob(const QByteArray &route, Reason outcome)
    {
        ++routeJobs[route][static_cast<std::size_t>(outcome)];
    }
    void countUpstreamCancel(UpstreamCancel result) { ++upstreamCancels[static_cast<std::size_t>(result)]; }
    /// Adds all counters of `other`.
    void add(const Counters &other);

    std::array<std::uint64_t, kReasonCount> requests{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::array<std::uint64_t, kStartFateCount> starts{};
    std::map<int, std::uint64_t> httpRefusals;                                ///< by status; 0: no answer
    std::array<std::map<int, std::uint64_t>, kApiRouteCount> apiAnswers;      ///< by status
    std::map<QByteArray, std::array<std::uint64_t, kReasonCount>> routeJobs;  ///< by route and outcome
    std::uint64_t statusRequests = 0;  ///< requests that asked the upstream about a running job
    std::array<std::uint64_t, kUpstreamCancelCount> upstreamCancels{};
    // Fetches of the public keys that verify callbacks, and of access tokens for upstreams.
    std::uint64_t keySetFetches = 0;
    std::uint64_t keySetFailures = 0;
    std::uint64_t tokenFetches = 0;
    std::uint64_t tokenFailures = 0;
    std::uint64_t tokensRefused = 0;         ///< requests with a token that the upstream answered 401
    std::uint64_t callbacksWithoutKeys = 0;  ///< answered 503, because the keys were not fetched
    std::uint64_t retries = 0;               ///< start requests after the first one of a job
    std::uint64_t connectionsClosed = 0;     ///< client connections that ended
    std::uint64_t startsForwarded = 0;       ///< clients' requests passed to the shard of their account
    std::uint64_t callbacksForwarded = 0;    ///< callbacks passed to the shard of their job
    std::uint64_t joined = 0;                ///< requests that joined a job by its Idempotency-Key
    std::uint64_t recovered = 0;             ///< jobs read from the store when the service started
    std::array<std::uint64_t, kDeadLetterKinds> deadLettersStored{};  ///< dead letters stored, by kind
    std::uint64_t deadLettersDropped = 0;  ///< too many at once, or impossible to store
    std::uint64_t reloads = 0;             ///< SIGHUPs that applied a configuration
    std::uint64_t reloadsRefused = 0;      ///< SIGHUPs with a wrong configuration

    LatencyHistogram queueTook;    ///< client's request → last start request sent
    LatencyHistogram startTook;    ///< each start request → its answer
    LatencyHistogram jobTook;      ///< answer to the start request → callback
    LatencyHistogram requestTook;  ///< client's request → its answer, for requests that became a job
};

/// The state of one shard at this moment, or the sum over all shards. Made for each request for `/metrics`.
struct Gauges
{
    /// Adds everything except `startedAt`.
    void add(const Gauges &other);

    int threads = 1;                  ///< number of shards in this sum
    int held = 0;                     ///< requests held
    int queued = 0;                   ///< jobs that wait for their start in a lane
    int lanes = 0;                    ///< accounts with a lane
    int startsInFlight = 0;           ///< start requests in flight
    int retainedJobs = 0;             ///< settled jobs in memory
    std::int64_t retainedBytes = 0;   ///< results of settled jobs in memory
    std::int64_t bodyBytes = 0;       ///< bodies that are received, held, queued or sent
    std::int64_t bodyBytesLimit = 0;  ///< limit of bodyBytes, from limits.memory
    int durable = 0;                  ///< durable jobs that have not ended
    int waiting = 0;                  ///< clients that wait for a durable job
    int deadLettersWaiting = 0;       ///< dead letters that could not be stored yet
    int clientConnections = 0;
    std::optional<int> upstreamConnections;  ///< empty when nobody counts them; then there is no metric
    Duration keySetAge{};                    ///< of the oldest key set in use, since its fetch
    int keySetsMissing = 0;                  ///< that were never fetched
    int callbacksWaitingForKeys = 0;         ///< held until a key set comes
    int callsWaitingForToken = 0;            ///< start requests and requests about jobs that wait for a token
    int apiWaiting = 0;                 ///< requests and event streams of the jobs API that wait for a job
    int callbacksWaitingForStarts = 0;  ///< registered callbacks that wait for the answer to a start request
    bool circuitOpen = false;
    /// By the name of the upstream; over several shards the worst state. The configuration bounds the number.
    std::map<QByteArray, CircuitBreaker::State> circuits;
    std::map<QByteArray, int> routeRunning;  ///< jobs that run or may run, by configured route
    bool draining = false;
    std::chrono::system_clock::time_point startedAt{};  ///< start of the process
    std::uint64_t accessLinesDropped = 0;               ///< see AccessLog::dropped()
    std::uint64_t logLinesLost = 0;                     ///< log lines that could not be written
};

/// Returns the text of `/metrics` in the text format 0.0.4 of Prometheus (PrometheusText::kContentType).
QByteArray renderMetrics(const Counters &counters, const Gauges &gauges, const StoreStatus &store);

}  // namespace holdline
