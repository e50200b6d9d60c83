// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/logsink.h"
#include "service/holdline/service.h"
#include "service/jobclient/loadgenerator.h"
#include "service/jobserver/jobserver.h"

#include <QByteArray>

#include <memory>

namespace holdline::test {

/// jobserver and holdline in this process, over loopback, on ports the system picked.
class WholeService
{
public:
    /// `config`'s addresses and upstream are replaced.
    explicit WholeService(const JobServerOptions &jobServer = quickJobs(), Config config = quietConfig());
    /// Against another upstream; there is no jobServer() then.
    explicit WholeService(const QUrl &upstream, Config config = quietConfig());
    ~WholeService();

    /// Jobs of 50 ms: as good as the original's 500 for everything but the mission.
    static JobServerOptions quickJobs();
    /// Defaults, but one thread on any machine, and no log lines from a thousand jobs.
    static Config quietConfig();

    QUrl startUrl() const;
    quint16 port() const { return m_service->port(); }
    quint16 adminPort() const { return m_service->adminPort(); }
    JobServer &jobServer() { return *m_jobServer; }
    Service &service() { return *m_service; }

    /// Runs the load to its end in a nested test loop and returns what came of it. `options.url` is replaced.
    Report run(LoadOptions options, std::chrono::milliseconds patience = std::chrono::seconds(120));
    /// Of `GET <path>` on the admin listener; empty on failure.
    QByteArray admin(const QByteArray &path);
    /// The value of a metric, labels and all as they stand in the line; -1 when there is none.
    double metric(const QByteArray &name);
    /// Requests held now; waits in a nested test loop.
    int heldCount() { return static_cast<int>(metric("holdline_requests_held")); }

private:
    void startService(Config config, const QUrl &upstream);

    DescriptorSink m_sink{2};
    std::unique_ptr<JobServer> m_jobServer;
    std::unique_ptr<Service> m_service;
};

}  // namespace holdline::test
