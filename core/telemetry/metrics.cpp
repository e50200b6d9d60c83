// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/metrics.h"

#include "core/base/enumtable.h"
#include "core/telemetry/prometheustext.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

template <std::size_t N>
void addAll(std::array<std::uint64_t, N> &to, const std::array<std::uint64_t, N> &from)
{
    for (std::size_t i = 0; i < N; ++i)
        to[i] += from[i];
}

void writeCounters(PrometheusText &out, const Counters &counters)
{
    out.counter("holdline_requests_total", "Requests that ended, by outcome or reason of refusal.");
    for (int i = 0; i < kReasonCount; ++i)
        out.add(counters.requests[static_cast<std::size_t>(i)], {{"outcome", name(static_cast<Reason>(i))}});
    out.counter("holdline_callbacks_total", "Received callbacks, by outcome.");
    for (int i = 0; i < kCallbackOutcomeCount; ++i) {
        if (const auto callback = static_cast<CallbackOutcome>(i); callback != CallbackOutcome::None)
            out.add(counters.callbacks[static_cast<std::size_t>(i)], {{"result", name(callback)}});
    }
    out.counter("holdline_upstream_starts_total", "Start requests sent to the upstream, by result.");
    for (int i = 0; i < kStartFateCount; ++i)
        out.add(counters.starts[static_cast<std::size_t>(i)], {{"fate", name(static_cast<StartFate>(i))}});
    out.counter("holdline_upstream_retries_total", "Start requests after the first one of a job.");
    out.add(counters.retries);
    out.counter("holdline_route_jobs_total", "Ended jobs of configured routes, by route and outcome.");
    for (const auto &[route, outcomes] : counters.routeJobs) {
        for (int i = 0; i < kReasonCount; ++i) {
            if (const std::uint64_t count = outcomes[static_cast<std::size_t>(i)]; count > 0)
                out.add(count, {{"route", route}, {"outcome", name(static_cast<Reason>(i))}});
        }
    }
    out.counter("holdline_upstream_status_requests_total", "Requests that asked the upstream about a job.");
    out.add(counters.statusRequests);
    out.counter("holdline_upstream_cancels_total", "Cancels of jobs at the upstream, by result.");
    for (int i = 0; i < kUpstreamCancelCount; ++i)
        out.add(counters.upstreamCancels[static_cast<std::size_t>(i)],
                {{"result", name(static_cast<UpstreamCancel>(i))}});
    const auto fetches = [&out](QByteArrayView name, QByteArrayView help, std::uint64_t fetched,
                                std::uint64_t failed) {
        out.counter(name, help);
        out.add(fetched, {{"result", "fetched"}});
        out.add(failed, {{"result", "failed"}});
    };
    fetches("holdline_key_set_fetches_total", "Fetches of the public keys of callbacks, by result.",
            counters.keySetFetches, counters.keySetFailures);
    fetches("holdline_token_fetches_total", "Fetches of access tokens for upstreams, by result.",
            counters.tokenFetches, counters.tokenFailures);
    out.counter("holdline_tokens_refused_total",
                "Requests with an access token that the upstream answered 401.");
    out.add(counters.tokensRefused);
    out.counter("holdline_callbacks_without_keys_total",
                "Callbacks answered 503, because the keys that verify them could not be fetched.");
    out.add(counters.callbacksWithoutKeys);
    out.counter("holdline_http_refusals_total",
                "Requests refused by the HTTP front itself. Status 0 means no answer.");
    for (const auto &[status, count] : counters.httpRefusals)
        out.add(count, {{"status", QByteArray::number(status)}});
    out.counter("holdline_api_answers_total",
                "Answers of the jobs API, by route and status. Event streams count when they begin.");
    for (int i = 0; i < kApiRouteCount; ++i) {
        for (const auto &[status, count] : counters.apiAnswers[static_cast<std::size_t>(i)]) {
            out.add(count,
                    {{"route", name(static_cast<ApiRoute>(i))}, {"status", QByteArray::number(status)}});
        }
    }
    out.counter("holdline_client_connections_closed_total", "Client connections that ended.");
    out.add(counters.connectionsClosed);
    out.counter("holdline_forwarded_total", "Requests forwarded from one thread to another, by kind.");
    out.add(counters.startsForwarded, {{"kind", "start"}});
    out.add(counters.callbacksForwarded, {{"kind", "callback"}});
    out.counter("holdline_jobs_joined_total", "Requests that joined a job by its Idempotency-Key.");
    out.add(counters.joined);
    out.counter("holdline_jobs_recovered_total", "Unfinished jobs recovered from the store.");
    out.add(counters.recovered);
    out.counter("holdline_dead_letters_stored_total", "Dead letters that were stored, by kind.");
    for (std::size_t i = 0; i < counters.deadLettersStored.size(); ++i)
        out.add(counters.deadLettersStored[i], {{"kind", name(static_cast<DeadLetter::Kind>(i))}});
    out.counter("holdline_dead_letters_dropped_total",
                "Dead letters dropped because there were too many or the store failed.");
    out.add(counters.deadLettersDropped);
    out.counter("holdline_reloads_total", "Reloads of the configuration, by result.");
    out.add(counters.reloads, {{"result", "taken"}});
    out.add(counters.reloadsRefused, {{"result", "refused"}});
}

void writeHistograms(PrometheusText &out, const Counters &counters)
{
    out.histogram("holdline_request_duration_seconds",
                  "Time from a request's arrival to its answer, for requests that became a job.");
    out.add(counters.requestTook);
    out.histogram("holdline_queue_duration_seconds",
                  "Time from a request's arrival until its last start was sent.");
    out.add(counters.queueTook);
    out.histogram("holdline_upstream_start_duration_seconds", "Time of each start request to the upstream.");
    out.add(counters.startTook);
    out.histogram("holdline_job_duration_seconds", "Time from a start's answer to the job's callback.");
    out.add(counters.jobTook);
}

void writeGauges(PrometheusText &out, const Gauges &gauges)
{
    const auto one = [&out](QByteArrayView name, QByteArrayView help, double value) {
        out.gauge(name, help);
        out.add(value);
    };
    one("holdline_threads", "Serving threads. Each has a part of the limits.", gauges.threads);
    one("holdline_requests_held", "Requests held now.", gauges.held);
    one("holdline_starts_queued", "Starts that wait in their account's lane.", gauges.queued);
    one("holdline_lanes", "Accounts with a lane.", gauges.lanes);
    one("holdline_starts_in_flight", "Start requests in flight.", gauges.startsInFlight);
    one("holdline_callbacks_waiting_for_starts", "Registered callbacks that wait for the answer to a start.",
        gauges.callbacksWaitingForStarts);
    one("holdline_parked_jobs", "Finished jobs retained for late callbacks.", gauges.retainedJobs);
    one("holdline_parked_bytes", "Bytes of the results of retained jobs.",
        static_cast<double>(gauges.retainedBytes));
    one("holdline_body_bytes", "Bytes of bodies that are received, held, queued or sent.",
        static_cast<double>(gauges.bodyBytes));
    one("holdline_body_limit_bytes", "The most bytes of bodies in memory, see limits.memory.",
        static_cast<double>(gauges.bodyBytesLimit));
    one("holdline_jobs_promised", "Durable jobs (with a key or handed over) that have not ended.",
        gauges.durable);
    one("holdline_clients_waiting", "Clients that wait for a durable job.", gauges.waiting);
    one("holdline_dead_letters_waiting", "Dead letters that could not be stored yet.",
        gauges.deadLettersWaiting);
    one("holdline_client_connections", "Client connections open.", gauges.clientConnections);
    if (gauges.upstreamConnections) {
        one("holdline_upstream_connections", "Connections open to the upstream.",
            *gauges.upstreamConnections);
    }
    one("holdline_key_set_age_seconds", "Time since the fetch of the oldest key set in use.",
        std::chrono::duration<double>(gauges.keySetAge).count());
    one("holdline_key_sets_missing", "Key sets of the configuration that were never fetched.",
        gauges.keySetsMissing);
    one("holdline_callbacks_waiting_for_keys", "Callbacks held until a key set comes.",
        gauges.callbacksWaitingForKeys);
    one("holdline_calls_waiting_for_token", "Requests to upstreams held until an access token comes.",
        gauges.callsWaitingForToken);
    one("holdline_api_waiting", "Requests and event streams of the jobs API that wait for a job.",
        gauges.apiWaiting);
    one("holdline_circuit_open", "1 while the circuit breaker of at least one thread makes starts wait.",
        gauges.circuitOpen ? 1 : 0);
    out.gauge("holdline_upstream_circuit_open",
              "1 while the circuit breaker of at least one thread is open for this upstream.");
    for (const auto &[upstream, state] : gauges.circuits)
        out.add(state == CircuitBreaker::State::Closed ? 0 : 1, {{"upstream", upstream}});
    out.gauge("holdline_route_jobs_running", "Jobs of configured routes that run or may run, by route.");
    for (const auto &[route, running] : gauges.routeRunning)
        out.add(running, {{"route", route}});
    one("holdline_draining", "1 while the service shuts down.", gauges.draining ? 1 : 0);
    const auto sinceEpoch = std::chrono::duration<double>(gauges.startedAt.time_since_epoch());
    one("process_start_time_seconds", "When the process started, in seconds since 1970.", sinceEpoch.count());
    out.counter("holdline_access_lines_dropped_total",
                "Access log lines dropped because there were too many.");
    out.add(gauges.accessLinesDropped);
    out.counter("holdline_log_lines_lost_total", "Log lines that could not be written.");
    out.add(gauges.logLinesLost);
    out.gauge("holdline_build_info", "1, with the versions of the program and of Qt as labels.");
    out.add(1, {{"version", HOLDLINE_VERSION}, {"qt", qVersion()}});
}

void writeStore(PrometheusText &out, const StoreStatus &store)
{
    const auto one = [&out](QByteArrayView name, QByteArrayView help, double value) {
        out.gauge(name, help);
        out.add(value);
    };
    one("holdline_store_available", "1 while durable jobs can be stored.", store.available ? 1 : 0);
    one("holdline_store_durable", "1 when stored data survives the process.", store.durable ? 1 : 0);
    one("holdline_store_queued_writes", "Writes that wait for the store.", store.queued);
    one("holdline_store_jobs", "Jobs in the store, unfinished and ended.",
        static_cast<double>(store.records));
    one("holdline_store_bytes", "Size of the store.", static_cast<double>(store.bytes));
    one("holdline_store_oldest_age_seconds",
        "Time since the end of the oldest ended job whose result and key are kept.",
        std::chrono::duration<double>(store.oldestAge).count());
    out.gauge("holdline_dead_letters", "Dead letters in the store, by kind.");
    for (std::size_t i = 0; i < store.deadLetters.size(); ++i)
        out.add(static_cast<double>(store.deadLetters[i]),
                {{"kind", name(static_cast<DeadLetter::Kind>(i))}});
    out.counter("holdline_store_writes_total", "Writes that were stored.");
    out.add(store.writes);
    out.counter("holdline_store_failed_writes_total", "Writes that could not be stored.");
    out.add(store.failedWrites);
    out.counter("holdline_store_commits_total", "Commits. Each stores all waiting writes.");
    out.add(store.commits);
    out.counter("holdline_store_expired_total", "Results removed from the store, with their keys.");
    out.add(store.expired);
    out.counter("holdline_store_evictions_total",
                "Results removed before store.keep_for, with their keys, by the limit that was reached.");
    out.add(store.evictedByNumber, {{"limit", "jobs"}});
    out.add(store.evictedByBytes, {{"limit", "bytes"}});
    out.histogram("holdline_store_write_duration_seconds", "Time from a write request until it is durable.");
    out.add(store.writeTook);
}

}  // namespace

QLatin1StringView name(StartFate fate)
{
    static constexpr EnumTexts<StartFate, kStartFateCount> kTexts({
        {StartFate::Accepted, "accepted"_L1},
        {StartFate::Rejected, "rejected"_L1},
        {StartFate::NotStarted, "not_started"_L1},
        {StartFate::Unknown, "unknown"_L1},
    });
    return kTexts[fate];
}

QLatin1StringView name(UpstreamCancel result)
{
    static constexpr EnumTexts<UpstreamCancel, kUpstreamCancelCount> kTexts({
        {UpstreamCancel::Done, "done"_L1},
        {UpstreamCancel::Refused, "refused"_L1},
        {UpstreamCancel::Failed, "failed"_L1},
        {UpstreamCancel::NotSent, "not_sent"_L1},
    });
    return kTexts[result];
}

QLatin1StringView name(ApiRoute route)
{
    static constexpr EnumTexts<ApiRoute, kApiRouteCount> kTexts({
        {ApiRoute::Job, "job"_L1},
        {ApiRoute::Result, "result"_L1},
        {ApiRoute::Events, "events"_L1},
        {ApiRoute::Cancel, "cancel"_L1},
        {ApiRoute::List, "list"_L1},
    });
    return kTexts[route];
}

void Counters::add(const Counters &other)
{
    addAll(requests, other.requests);
    addAll(callbacks, other.callbacks);
    addAll(starts, other.starts);
    for (const auto &[status, count] : other.httpRefusals)
        httpRefusals[status] += count;
    for (const auto &[route, outcomes] : other.routeJobs) {
        auto &sum = routeJobs[route];
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += outcomes[i];
    }
    statusRequests += other.statusRequests;
    for (std::size_t i = 0; i < upstreamCancels.size(); ++i)
        upstreamCancels[i] += other.upstreamCancels[i];
    for (std::size_t i = 0; i < apiAnswers.size(); ++i) {
        for (const auto &[status, count] : other.apiAnswers[i])
            apiAnswers[i][status] += count;
    }
    keySetFetches += other.keySetFetches;
    keySetFailures += other.keySetFailures;
    tokenFetches += other.tokenFetches;
    tokenFailures += other.tokenFailures;
    tokensRefused += other.tokensRefused;
    callbacksWithoutKeys += other.callbacksWithoutKeys;
    retries += other.retries;
    connectionsClosed += other.connectionsClosed;
    startsForwarded += other.startsForwarded;
    callbacksForwarded += other.callbacksForwarded;
    joined += other.joined;
    recovered += other.recovered;
    addAll(deadLettersStored, other.deadLettersStored);
    deadLettersDropped += other.deadLettersDropped;
    reloads += other.reloads;
    reloadsRefused += other.reloadsRefused;
    queueTook.merge(other.queueTook);
    startTook.merge(other.startTook);
    jobTook.merge(other.jobTook);
    requestTook.merge(other.requestTook);
}

void Gauges::add(const Gauges &other)
{
    threads += other.threads;
    held += other.held;
    queued += other.queued;
    lanes += other.lanes;
    startsInFlight += other.startsInFlight;
    callbacksWaitingForStarts += other.callbacksWaitingForStarts;
    retainedJobs += other.retainedJobs;
    retainedBytes += other.retainedBytes;
    bodyBytes += other.bodyBytes;
    bodyBytesLimit += other.bodyBytesLimit;
    durable += other.durable;
    waiting += other.waiting;
    deadLettersWaiting += other.deadLettersWaiting;
    clientConnections += other.clientConnections;
    if (other.upstreamConnections)
        upstreamConnections = upstreamConnections.value_or(0) + *other.upstreamConnections;
    keySetAge = std::max(keySetAge, other.keySetAge);
    keySetsMissing += other.keySetsMissing;
    callbacksWaitingForKeys += other.callbacksWaitingForKeys;
    callsWaitingForToken += other.callsWaitingForToken;
    apiWaiting += other.apiWaiting;
    circuitOpen = circuitOpen || other.circuitOpen;
    for (const auto &[upstream, state] : other.circuits) {
        CircuitBreaker::State &known = circuits.try_emplace(upstream, state).first->second;
        known = worse(known, state);
    }
    for (const auto &[route, running] : other.routeRunning)
        routeRunning[route] += running;
    draining = draining || other.draining;
    accessLinesDropped += other.accessLinesDropped;
    logLinesLost += other.logLinesLost;
}

QByteArray renderMetrics(const Counters &counters, const Gauges &gauges, const StoreStatus &store)
{
    PrometheusText out;
    writeCounters(out, counters);
    writeHistograms(out, counters);
    writeGauges(out, gauges);
    writeStore(out, store);
    return out.text();
}

}  // namespace holdline
