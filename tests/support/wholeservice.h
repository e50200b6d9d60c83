// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/logsink.h"
#include "service/holdline/service.h"
#include "service/jobclient/loadgenerator.h"
#include "service/jobserver/jobserver.h"

#include <QByteArray>

#include <memory>

namespace holdline::test {

/// jobserver and holdline in this process, over loopback, on ports that the system picked.
class WholeService
{
public:
    /// Replaces the addresses and the upstream in `config`.
    explicit WholeService(const JobServerOptions &jobServer = quickJobs(), Config config = quietConfig());
    /// Uses another upstream. There is no jobServer() then.
    explicit WholeService(const QUrl &upstream, Config config = quietConfig());
    ~WholeService();

    /// Jobs of 50 ms. The original's 500 ms matter only for the main scenario.
    static JobServerOptions quickJobs();
    /// The defaults, except for one thread on any machine and fewer log lines.
    static Config quietConfig();

    QUrl startUrl() const;
    quint16 port() const { return m_service->port(); }
    quint16 adminPort() const { return m_service->adminPort(); }
    JobServer &jobServer() { return *m_jobServer; }
    Service &service() { return *m_service; }

    /// Runs the load to its end in a nested test loop and returns the report. Replaces `options.url`.
    Report run(LoadOptions options, std::chrono::milliseconds patience = std::chrono::seconds(120));
    /// The body of `GET <path>` on the admin listener; empty on failure.
    QByteArray admin(const QByteArray &path);
    /// The value of a metric; -1 when it does not exist. `name` includes the labels as in the line.
    double metric(const QByteArray &name);
    /// Number of held requests; waits in a nested test loop.
    int heldCount() { return static_cast<int>(metric("holdline_requests_held")); }

private:
    void startService(Config config, const QUrl &upstream);

    DescriptorSink m_sink{2};
    std::unique_ptr<JobServer> m_jobServer;
    std::unique_ptr<Service> m_service;
};

/// Rows of a test with one thread and with four. With four most requests go to another shard.
void addThreads();

}  // namespace holdline::test
