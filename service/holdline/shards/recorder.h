// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/telemetry/accesslog.h"
#include "core/telemetry/lineallowance.h"
#include "core/telemetry/metrics.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/holdline/routes/httpfront.h"
#include "service/holdline/shards/shardrouter.h"
#include "service/holdline/shards/startlog.h"

#include <set>

namespace holdline {

class JobsApi;

/// Observes the signals of a shard's coordinator, router and listener. Keeps counters and histograms. Writes
/// the access log and log lines about failed start requests. No other part of the service depends on the
/// recorder. The coordinator and the sink must outlive it. Thread: the coordinator's.
class Recorder : public QObject
{
    Q_OBJECT

public:
    Recorder(LogSink &sink, const Config &config, JobCoordinator &coordinator, QObject *parent = nullptr);
    /// Adds the shard's index to log lines about start requests and the circuit breaker, because several
    /// shards write into one log.
    void setShard(int shard) { m_startLog.setShard(shard); }

    /// Counts the requests that the front or its listener refuses, and closed connections.
    void watch(HttpFront &front);
    /// Counts the requests forwarded to other shards, and those that could not be forwarded.
    void watch(ShardRouter &router);
    /// Counts the answers of the jobs API. Only refusals are written to the access log. That log has one line
    /// per job, and polling clients would fill it.
    void watch(JobsApi &api);
    void setConfig(const Config &config);

    const Counters &counters() const { return m_counters; }
    /// Returns the gauges of the coordinator and the access log.
    Gauges gauges() const;

private:
    void onJobEnded(const Job &job, int status);
    void onRequestAnswered(const RequestEnd &end);
    void onRequestRefused(const http::Request &request, const Problem &problem);
    void recordRefusal(const QByteArray &requestId, const QByteArray &client, const Problem &problem);
    void onStartEnded(const Job &job, const StartResult &result, const StartDecision &decision,
                      Duration took);
    void onJobProgressed(const Job &job, bool isKnownState);
    void onUpstreamCancelled(JobKey key, UpstreamCancel result, int status);
    void onCallbackRefused(const http::Request &request, Reason reason, const QByteArray &job,
                           const QByteArray &route, const QString &detail);
    void onCallbackUnknown(const http::Request &request, const QByteArray &route);

    JobCoordinator &m_coordinator;
    Counters m_counters;
    AccessLog m_accessLog;
    StartLog m_startLog;
    LineAllowance m_refusedCallbackLines{10, std::chrono::seconds(1)};  ///< anybody can send such callbacks
    LineAllowance m_unknownCallbackLines{1, std::chrono::seconds(1)};   ///< callbacks of other services
    LineAllowance m_cancelLines{10, std::chrono::seconds(1)};
    /// Progress states that were logged, at most kProgressStates.
    std::set<QByteArray> m_progressStates;
};

}  // namespace holdline
