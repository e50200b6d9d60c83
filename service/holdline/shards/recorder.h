// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/telemetry/accesslog.h"
#include "core/telemetry/metrics.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/holdline/routes/httpfront.h"
#include "service/holdline/shards/shardrouter.h"

namespace holdline {

class JobsApi;

/// Listens to a shard's JobCoordinator, router and gate and keeps what is told about them: counters,
/// histograms, the access log. Nothing depends on it. The JobCoordinator and the sink must outlive it.
/// Thread: the coordinator's.
class Recorder : public QObject
{
    Q_OBJECT

public:
    Recorder(LogSink &sink, const Config &config, JobCoordinator &coordinator, QObject *parent = nullptr);

    /// Counts what this front refuses, and what its gate refuses and closes.
    void watch(HttpFront &front);
    /// Counts what leaves for other shards, and what cannot.
    void watch(ShardRouter &router);
    /// Counts what the jobs API answers. What it answers well is not in the access log: that has one line per
    /// job, and clients that ask again and again would fill it.
    void watch(JobsApi &api);
    void setConfig(const Config &config);

    const Counters &counters() const { return m_counters; }
    /// How things stand, as far as the coordinator and the access log tell.
    Gauges gauges() const;

private:
    void onJobEnded(const Job &job, int status);
    void onRequestAnswered(const RequestEnd &end);
    void onRequestRefused(const http::Request &request, const Problem &problem);
    void recordRefusal(const QByteArray &requestId, const QByteArray &client, const Problem &problem);
    void onStartEnded(const StartResult &result, Duration took);

    JobCoordinator &m_coordinator;
    Counters m_counters;
    AccessLog m_accessLog;
};

}  // namespace holdline
