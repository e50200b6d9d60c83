// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "core/telemetry/metrics.h"
#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"

#include <QObject>

#include <memory>
#include <optional>
#include <unordered_set>

namespace holdline {

class HttpServer;
class JobWatcher;

/// The jobs API: how durable jobs stand, their results, their ends, for clients that come back.
///
///     GET    /v1/jobs/{id}          how it stands; Prefer: wait=N waits for its end
///     GET    /v1/jobs/{id}/result   its answer, byte for byte; 202 while it goes on; Prefer: wait=N
///     GET    /v1/jobs/{id}/events   server-sent events
///     DELETE /v1/jobs/{id}          cancels it
///     GET    /v1/jobs?idempotency_key=K[&account=A]
///
/// resources/docs/openapi.json describes all of it; a test compares.
///
/// Life: the directory must outlive it; serve() once, before the server listens, and the server must not get
/// requests after this is destroyed. Thread: the directory's.
class JobsApi : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        /// Requests that wait and event streams at once; one more is told 503 `overloaded`.
        int maxWaiting = 4096;
        /// The longest a request waits, whatever it asks for.
        std::chrono::seconds maxWait = std::chrono::minutes(5);
        /// How long a change is waited for at a time, and an event stream may be silent.
        std::chrono::milliseconds slice = JobDirectory::kMaxWatch;
    };

    explicit JobsApi(JobDirectory &directory, QObject *parent = nullptr);
    JobsApi(JobDirectory &directory, const Options &options, QObject *parent = nullptr);
    ~JobsApi() override;

    /// Adds the routes.
    void serve(HttpServer &server);

    /// Of requests that come from now on.
    void setMaxWait(std::chrono::seconds maxWait) { m_options.maxWait = maxWait; }

    /// Ends event streams and answers what waits as the job stands; nothing waits from now on. For the end of
    /// the service, which an EventSource must not hold up.
    void endWaits();
    int waitingCount() const { return static_cast<int>(m_watchers.size()); }

Q_SIGNALS:
    /// A request was answered, with this status; streams when they begin.
    void answered(holdline::ApiRoute route, int status);
    /// The answer was a problem; before answered().
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    struct Asked;
    using AskedPointer = std::shared_ptr<Asked>;
    using Handler = void (JobsApi::*)(const AskedPointer &);

    void status(const AskedPointer &asked);
    void list(const AskedPointer &asked);
    void events(const AskedPointer &asked);
    void cancel(const AskedPointer &asked);

    void wait(const AskedPointer &asked, JobRecord record);
    void answerStatus(const Asked &asked, Exchange &exchange, const std::optional<JobRecord> &record);
    void stream(const AskedPointer &asked, const JobRecord &record);
    void answerCancelled(const Asked &asked, JobDirectory::Cancelled cancelled,
                         const std::optional<JobRecord> &record);
    void answer(const Asked &asked, Exchange &exchange, const http::Response &response);
    void refuse(const Asked &asked, Exchange &exchange, const Problem &problem);
    Problem whyMissing(const std::optional<JobRecord> &record) const;
    /// Whether there is room for one more that waits; refuses if not.
    bool mayWait(const Asked &asked);
    void keep(JobWatcher &watcher);

    JobDirectory &m_directory;
    Options m_options;
    bool m_ending = false;
    std::unordered_set<JobWatcher *> m_watchers;  ///< children
};

}  // namespace holdline
