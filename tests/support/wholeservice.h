// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/logsink.h"
#include "service/holdline/service.h"
#include "service/jobclient/loadgenerator.h"
#include "service/jobserver/jobserver.h"

#include <QByteArray>

#include <memory>

namespace holdline::test {

/// Runs jobserver and holdline in this process, over loopback, on ports that the system picks.
class WholeService
{
public:
    /// Overwrites the addresses and the upstream in `config`.
    explicit WholeService(const JobServerOptions &jobServer = quickJobs(), Config config = quietConfig());
    /// Uses another upstream instead of a jobserver. jobServer() must not be called then.
    explicit WholeService(const QUrl &upstream, Config config = quietConfig());
    ~WholeService();

    /// Returns options for jobs of 50 ms. The 500 ms of the original job server matter only in the main
    /// scenario.
    static JobServerOptions quickJobs();
    /// Returns the default configuration, but with one thread on every machine, a store in memory, no monitor
    /// socket and fewer log lines.
    static Config quietConfig();

    QUrl startUrl() const;
    quint16 port() const { return m_service->port(); }
    quint16 adminPort() const { return m_service->adminPort(); }
    JobServer &jobServer() { return *m_jobServer; }
    Service &service() { return *m_service; }

    /// Runs the load until the generator has finished and returns the report. Runs a nested event loop.
    /// Overwrites `options.url`.
    Report run(LoadOptions options, std::chrono::milliseconds patience = std::chrono::seconds(120));
    /// Returns the body of `GET <path>` on the admin listener; empty on failure.
    QByteArray admin(const QByteArray &path);
    /// Returns the value of a metric, or -1 when the metric does not exist. `name` includes the labels as in
    /// the text.
    double metric(const QByteArray &name);
    /// Returns the number of held requests. Runs a nested event loop.
    int heldCount() { return static_cast<int>(metric("holdline_requests_held")); }

private:
    void startService(Config config, const QUrl &upstream);

    DescriptorSink m_sink{2};
    std::unique_ptr<JobServer> m_jobServer;
    std::unique_ptr<Service> m_service;
};

/// Adds the rows "1 thread" and "4 threads" to a test. With four threads, most requests go to another shard.
void addThreads();

}  // namespace holdline::test
